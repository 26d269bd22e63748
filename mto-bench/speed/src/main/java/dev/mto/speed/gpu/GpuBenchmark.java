package dev.mto.speed.gpu;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mto.engine.errors.UserException;
import dev.mto.speed.TemporaryFolder;
import dev.mto.speed.step.BatchDoesNotFit;
import dev.mto.speed.step.BenchmarkFailure;
import dev.mto.speed.step.ChildProcess;
import dev.mto.speed.step.Children;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The parts of the report, in turn. One that fails says so in its place, and the next begins, in a
 * process of its own.
 *
 * @param batches images of timed steps
 * @param precisions of products, as {@code training.precision} has them
 * @param steps timed steps
 * @param peer makes the same steps, where that is asked for
 */
record GpuBenchmark(
    Workload workload,
    List<String> methods,
    List<Integer> batches,
    List<String> precisions,
    int steps,
    Optional<TorchPeer> peer) {

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
        for (Workload.Sized model : workload.compared(method)) {
          add(
              report,
              "plans",
              "losses and gradients of %s (%s) in %s".formatted(method, model.name(), precision),
              own -> PlanParity.of(method, precision, model, children, own));
        }
      }
    }
    for (String method : methods) {
      add(
          report,
          "resumed_runs",
          "a run of " + method + " that is resumed",
          own -> ResumedRun.of(method, workload.small(), children, own));
    }
    peer.ifPresent(torch -> report.put("peer", torch.versions()));
    for (String method : methods) {
      for (String precision : precisions) {
        for (int batch : batches) {
          ObjectNode ours =
              add(
                  report,
                  "steps",
                  "steps of %s in %s, %d images".formatted(method, precision, batch),
                  own -> timed.measure(method, batch, precision, own));
          double rate = ours.at("/without_mto/images_per_s").asDouble(Double.NaN);
          peers(report, method, precision, batch, rate);
        }
        add(
            report,
            "profiles",
            "profile of %s in %s, %d images".formatted(method, precision, batches.get(0)),
            own -> timed.profile(method, batches.get(0), precision, own));
      }
    }
    return report.isSound();
  }

  private void peers(GpuReport report, String method, String precision, int batch, double ours)
      throws IOException {
    if (peer.isEmpty() || !TorchPeer.METHODS.contains(method)) {
      return;
    }
    TorchPeer torch = peer.orElseThrow();
    for (String how : TorchPeer.HOW) {
      add(
          report,
          "peers",
          "PyTorch, %s: %s in %s, %d images".formatted(how, method, precision, batch),
          own -> torch.measure(method, batch, precision, how, steps, ours));
    }
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

  /** Measures a part and adds it to a section; what was added. */
  private static ObjectNode add(GpuReport report, String section, String what, Part part)
      throws IOException {
    report.tell(what);
    ObjectNode figures;
    try (TemporaryFolder folder = new TemporaryFolder("mto-bench-gpu")) {
      figures = part.measure(folder.path());
    } catch (BatchDoesNotFit e) {
      figures =
          new ObjectMapper()
              .createObjectNode()
              .put("what", what)
              .put(GpuReport.DOES_NOT_FIT, e.getMessage());
    } catch (BenchmarkFailure | UserException e) {
      figures = failure(what, e);
    }
    report.add(section, figures);
    return figures;
  }
}
