package dev.mto.speed.step;

import dev.mto.engine.config.ConfigLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the processes of one case exchange.
 *
 * @param folder for it alone
 */
record CaseFiles(Path folder) {
  /** Writes the configurations, resolved. */
  void writeConfigurations(BenchmarkCase benchmark) throws IOException {
    Files.writeString(config(true), ConfigLoader.write(benchmark.with()));
    Files.writeString(config(false), ConfigLoader.write(benchmark.without()));
  }

  Path config(boolean mto) {
    return folder.resolve(mto ? "with-mto.yaml" : "without-mto.yaml");
  }

  /** What the peer trains, as JSON. */
  Path peerCase() {
    return folder.resolve("peer.json");
  }

  /** Images, masks and initial weights. */
  Path inputs() {
    return folder.resolve("inputs.safetensors");
  }

  /** libtorch's gradients. */
  Path gradients(PeerVariant variant) {
    return folder.resolve(
        "gradients-" + variant.blas().label() + (variant.mto() ? "-mto" : "") + ".safetensors");
  }
}
