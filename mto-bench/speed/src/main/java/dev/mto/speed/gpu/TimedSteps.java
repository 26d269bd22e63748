package dev.mto.speed.gpu;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mto.speed.step.BenchmarkCase;
import dev.mto.speed.step.ChildProcess;
import dev.mto.speed.step.Children;
import dev.mto.speed.step.StandardCase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What steps of a method take on a GPU: time, memory, and kinds of operations. */
record TimedSteps(Workload workload, int steps, Children children) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PASSES = 5;

  /** Times steps without MTO and with it, each in a process of its own. */
  ObjectNode measure(String method, int batch, String precision, Path folder) throws IOException {
    BenchmarkCase benchmark = prepared(method, batch, precision, folder);
    ObjectNode figures =
        JSON.createObjectNode()
            .put("method", method)
            .put("model", workload.timed(method).name())
            .put("batch", batch)
            .put("precision", precision);
    for (boolean mto : List.of(false, true)) {
      try (ChildProcess process = children.ours(benchmark, mto)) {
        List<Double> sorted = new ArrayList<>(process.steps(steps));
        Collections.sort(sorted);
        double median = sorted.get(sorted.size() / 2);
        JsonNode use = process.ask("device");
        ObjectNode half = figures.putObject(mto ? "with_mto" : "without_mto");
        half.put("ms_min", sorted.get(0))
            .put("ms_median", median)
            .put("images_per_s", batch * 1e3 / median)
            .put("tflop", process.ask("arithmetic").get("gflop").asDouble() / 1e3)
            .setAll((ObjectNode) use);
      }
    }
    return figures;
  }

  /** Milliseconds of a forward and backward pass with MTO by kind of operation. */
  ObjectNode profile(String method, int batch, String precision, Path folder) throws IOException {
    BenchmarkCase benchmark = prepared(method, batch, precision, folder);
    try (ChildProcess process = children.ours(benchmark, true)) {
      ObjectNode figures =
          JSON.createObjectNode()
              .put("method", method)
              .put("batch", batch)
              .put("precision", precision);
      figures.set("ms", process.ask("profile " + PASSES).get("ms"));
      return figures;
    }
  }

  private BenchmarkCase prepared(String method, int batch, String precision, Path folder)
      throws IOException {
    Workload.Sized model = workload.timed(method);
    List<String> settings = new ArrayList<>(model.settings());
    settings.add("training.precision=" + precision);
    return new StandardCase(method, model.preset(), batch)
        .prepare(folder, settings.toArray(String[]::new));
  }
}
