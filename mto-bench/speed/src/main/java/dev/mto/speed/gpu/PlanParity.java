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
import java.util.List;

/** Loss and gradients of a step on a GPU, against those of the processor in float32. */
final class PlanParity {
  private static final int BATCH = 4;

  private PlanParity() {}

  /**
   * Compares a method's step with MTO at the first weights.
   *
   * @param precision of the GPU's step
   * @return relative differences, what they may be, and the parameter that differs most
   */
  static ObjectNode of(
      String method, String precision, Workload.Sized model, Children gpu, Path folder)
      throws IOException {
    BenchmarkCase narrow = prepared(method, precision, model, folder.resolve("gpu"));
    BenchmarkCase wide = prepared(method, "float32", model, folder.resolve("cpu"));
    Path gradients = folder.resolve("gradients.safetensors");
    double loss;
    try (ChildProcess process = gpu.ours(narrow, true)) {
      loss = process.ask("gradients " + gradients).get("loss").asDouble();
    }
    try (ChildProcess process = Children.onProcessor().ours(wide, true)) {
      JsonNode compared = process.ask("compare " + gradients);
      double expected = compared.get("loss").asDouble();
      double ofLoss = Math.abs(loss - expected) / Math.abs(expected);
      double ofGradients = compared.get("gradient_error").asDouble();
      ParityBounds bounds = ParityBounds.of(precision);
      return new ObjectMapper()
          .createObjectNode()
          .put("method", method)
          .put("model", model.name())
          .put("precision", precision)
          .put("loss", loss)
          .put("loss_of_processor", expected)
          .put("loss_difference", ofLoss)
          .put("gradient_difference", ofGradients)
          .put("worst_parameter", compared.get("worst").asText())
          .put("loss_bound", bounds.loss())
          .put("gradient_bound", bounds.gradients())
          .put("passed", ofLoss <= bounds.loss() && ofGradients <= bounds.gradients());
    }
  }

  private static BenchmarkCase prepared(
      String method, String precision, Workload.Sized model, Path folder) throws IOException {
    List<String> settings = new ArrayList<>(model.settings());
    settings.add("training.precision=" + precision);
    return new StandardCase(method, model.preset(), BATCH)
        .prepare(folder, settings.toArray(String[]::new));
  }
}
