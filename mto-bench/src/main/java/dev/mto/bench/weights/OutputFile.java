package dev.mto.bench.weights;

import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.AtomicFiles;
import dev.mto.models.weights.SafeTensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import picocli.CommandLine.Option;

/** The file that a command makes, whole or not at all. */
final class OutputFile {
  @Option(
      names = {"-o", "--out"},
      required = true,
      paramLabel = "FILE",
      description = "The file to write.")
  private Path out;

  @Option(
      names = "--force",
      description = "Replaces the file if it is there; without, it is left alone.")
  private boolean force;

  /** Refuses before anything is read what could not be written afterwards. */
  void check() {
    if (Files.isDirectory(out)) {
      throw new UserException(out + ": a folder; give the name of a file in it to --out");
    }
    if (Files.exists(out) && !force) {
      throw new UserException(out + ": is there already; add --force to replace it");
    }
    Path folder = out.toAbsolutePath().getParent();
    if (!Files.isDirectory(folder)) {
      throw new UserException(out + ": there is no folder " + folder + "; make it first");
    }
  }

  void writeSafeTensors(Map<String, INDArray> tensors, Map<String, String> metadata) {
    write(temporary -> SafeTensors.write(temporary, tensors, metadata));
    System.out.printf("wrote %s: %d tensors%n", out, tensors.size());
  }

  void write(AtomicFiles.Writer writer) {
    try {
      AtomicFiles.write(out, writer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path path() {
    return out;
  }
}
