package dev.mto.speed.gpu;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mto.engine.errors.UserException;
import dev.mto.executor.cuda.CudaGpu;
import dev.mto.speed.PythonScript;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The same steps without MTO by PyTorch on the same GPU: ViT-B of timm's layers, by {@code
 * torch_peer.py}.
 *
 * @param script what the user's Python runs
 * @param device as PyTorch names the GPU
 * @param versions of what it uses, for people
 */
record TorchPeer(PythonScript script, String device, String versions) {
  /** What of the methods it has. */
  static final Set<String> METHODS = Set.of("simmim", "mae");

  /** Operation by operation, and by {@code torch.compile}. */
  static final List<String> HOW = List.of("eager", "compiled");

  private static final String CURE =
      "install PyTorch for CUDA (pip install torch) and name that Python, such as --python"
          + " venv/bin/python, or leave out --peer";

  /**
   * A peer that is known to run.
   *
   * @param python the program, by name or path
   * @throws UserException if it does not start, or has no PyTorch or no GPU that PyTorch can use
   */
  static TorchPeer start(String python, CudaGpu gpu) {
    PythonScript script =
        new PythonScript(python, TorchPeer.class, "torch_peer.py", Map.of(), CURE);
    String device = "cuda:" + gpu.ordinal();
    return new TorchPeer(script, device, script.versions(List.of(device)));
  }

  /**
   * Times steps in a process of their own.
   *
   * @param how one of {@link #HOW}
   * @param ours images a second of this project's step without MTO; NaN where it was not measured
   * @return milliseconds, images a second, ours over them and the most memory; or why there are
   *     none, as {@code failed}
   */
  ObjectNode measure(
      String method, int batch, String precision, String how, int steps, double ours) {
    ObjectNode figures =
        new ObjectMapper()
            .createObjectNode()
            .put("method", method)
            .put("batch", batch)
            .put("precision", precision)
            .put("how", how);
    JsonNode answer =
        script.answer(
            List.of(device, method, String.valueOf(batch), precision, how, String.valueOf(steps)));
    if (answer.has("failed")) {
      return figures
          .put("what", "PyTorch, %s: %s in %s, %d images".formatted(how, method, precision, batch))
          .put("failed", answer.get("failed").asText());
    }
    List<Double> sorted = new ArrayList<>();
    answer.required("ms").forEach(ms -> sorted.add(ms.asDouble()));
    Collections.sort(sorted);
    double median = sorted.get(sorted.size() / 2);
    double rate = batch * 1e3 / median;
    return figures
        .put("ms_min", sorted.get(0))
        .put("ms_median", median)
        .put("images_per_s", rate)
        .put("ours_over_it", ours / rate)
        .put("peak_mb", answer.path("peak_mb").asDouble(Double.NaN));
  }
}
