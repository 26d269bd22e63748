package dev.mto.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What can be said of an NVIDIA GPU in this machine. */
final class Cuda {
  private Cuda() {}

  /** A sentence when there is a GPU; nothing when there is none. */
  static Optional<String> advice() {
    try {
      Process query =
          new ProcessBuilder("nvidia-smi", "--query-gpu=name,compute_cap", "--format=csv,noheader")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String answer =
          new String(query.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
      if (!query.waitFor(10, TimeUnit.SECONDS) || query.exitValue() != 0 || answer.isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(describe(answer.lines().findFirst().orElse("")));
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /** Advice for a line {@code NAME, CAPABILITY}. */
  static String describe(String gpu) {
    int comma = gpu.lastIndexOf(',');
    double capability = Double.parseDouble(gpu.substring(comma + 1).trim());
    return "GPU: "
        + gpu
        + (capability >= 3.7 && capability < 9
            ? ": ND4J's CUDA build has code for it, but is not part of this build"
            : ": ND4J's CUDA build has no code for it (compute capability 3.7 to 8.9 only)");
  }
}
