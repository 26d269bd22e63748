package dev.mto.speed.gpu;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mto.engine.errors.UserException;
import dev.mto.speed.TemporaryFolder;
import dev.mto.speed.step.BenchmarkFailure;
import dev.mto.speed.step.ChildProcess;
import dev.mto.speed.step.Children;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The parts of the report, in turn. One that fails says so in its place, and the next begins, in a
 * process of its own.
 *
 * @param batches images of timed steps
 * @param precisions of products, as {@code training.precision} has them
 * @param steps timed steps
 */
record GpuBenchmark(
    Workload workload,
    List<String> methods,
    List<Integer> batches,
    List<String> precisions,
    int steps) {

  /** What a part measures in a folder of its own. */
  private interface Part {
    ObjectNode measure(Path folder) throws IOException;
  }

  /**
   * Measures everything and writes the report after each part.
   *
   * @param children on the GPU
   * @return whether nothing was wrong or failed
   */
  boolean run(GpuReport report, Children children) throws IOException {
    TimedSteps timed = new TimedSteps(workload, steps, children);
    report.put("workload", workload.equals(Workload.FULL) ? "full" : "quick");
    kernels(report, children);
    for (String method : methods) {
      for (String precision : precisions) {
        add(
            report,
            "plans",
            "losses and gradients of " + method + " in " + precision,
            own -> PlanParity.of(method, precision, workload.small(), children, own));
      }
    }
    for (String method : methods) {
      add(
          report,
          "resumed_runs",
          "a run of " + method + " that is resumed",
          own -> ResumedRun.of(method, workload.small(), children, own));
    }
    for (String method : methods) {
      for (String precision : precisions) {
        for (int batch : batches) {
          String what = "%s in %s, %d images".formatted(method, precision, batch);
          add(
              report,
              "steps",
              "steps of " + what,
              own -> timed.measure(method, batch, precision, own));
          add(
              report,
              "profiles",
              "profile of " + what,
              own -> timed.profile(method, batch, precision, own));
        }
      }
    }
    return report.isSound();
  }

  private void kernels(GpuReport report, Children children) {
    String size = workload.equals(Workload.QUICK) ? "quick" : "full";
    try (ChildProcess process = children.process("kernels alone", KernelProcess.class, size)) {
      report.tell("kernels against double");
      report.addAll("kernels", asked(process, "parity", "kernels"));
      for (String precision : precisions) {
        report.tell("rates of products in " + precision);
        ArrayNode rates = asked(process, "rates " + precision, "products");
        rates.forEach(rate -> ((ObjectNode) rate).put("precision", precision));
        report.addAll("products", rates);
      }
    } catch (BenchmarkFailure | UserException e) {
      report.addAll("kernels", failed("kernels alone", e));
    }
  }

  private static ArrayNode asked(ChildProcess process, String command, String answer) {
    JsonNode found = process.ask(command).get(answer);
    return (ArrayNode) found;
  }

  private static ArrayNode failed(String what, RuntimeException e) {
    ArrayNode one = new ObjectMapper().createArrayNode();
    one.add(failure(what, e));
    return one;
  }

  private static ObjectNode failure(String what, RuntimeException e) {
    return new ObjectMapper()
        .createObjectNode()
        .put("what", what)
        .put("failed", e.getMessage())
        .put("passed", false);
  }

  private static void add(GpuReport report, String section, String what, Part part)
      throws IOException {
    report.tell(what);
    ObjectNode figures;
    try (TemporaryFolder folder = new TemporaryFolder("mto-bench-gpu")) {
      figures = part.measure(folder.path());
    } catch (BenchmarkFailure | UserException e) {
      figures = failure(what, e);
    }
    report.add(section, figures);
  }
}
