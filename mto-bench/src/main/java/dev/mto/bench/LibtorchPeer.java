package dev.mto.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.UserException;
import dev.mto.engine.config.RunConfig;
import dev.mto.models.VitConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The same step in libtorch, in a process of its own: it needs another JavaCPP than ND4J. */
final class LibtorchPeer {
  /** The method that the peer trains. */
  static final String BASELINE = "simmim";

  private LibtorchPeer() {}

  /** The fastest of {@code steps} steps, in milliseconds. */
  static double milliseconds(RunConfig config, int steps) {
    Path target = Path.of(System.getProperty("mto.root", "."), "mto-bench", "peer", "target");
    Path classPath = target.resolve("dependencies.classpath");
    if (!Files.exists(classPath)) {
      throw new UserException(
          classPath + ": the peer is not built; run mvn -Ppeer -pl mto-bench/peer package");
    }
    VitConfig vit = config.model().vit(config.data().channels());
    try {
      ProcessBuilder builder =
          new ProcessBuilder(
              List.of(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  target.resolve("classes")
                      + System.getProperty("path.separator")
                      + Files.readString(classPath),
                  "dev.mto.peer.SimMimStep",
                  "--image=" + vit.imageHeight(),
                  "--patch=" + vit.patch(),
                  "--dim=" + vit.dim(),
                  "--depth=" + vit.depth(),
                  "--heads=" + vit.heads(),
                  "--batch=" + config.training().batch(),
                  "--mask-ratio=" + config.masking().ratio(),
                  "--unit=" + config.masking().unit(),
                  "--mto=" + (config.mto().enabled() ? "on" : "off"),
                  "--steps=" + steps,
                  "--warmup=2"));
      builder.environment().putAll(Map.of("OMP_WAIT_POLICY", "PASSIVE"));
      Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new UserException("the libtorch peer failed; its message is above");
      }
      String line = output.lines().filter(l -> l.startsWith("{")).findFirst().orElseThrow();
      return new ObjectMapper().readTree(line).get("milliseconds_min").asDouble();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the peer ran", e);
    }
  }
}
