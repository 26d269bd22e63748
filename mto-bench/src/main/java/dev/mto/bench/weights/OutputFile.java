package dev.mto.bench.weights;

import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.AtomicFiles;
import dev.mto.models.weights.SafeTensors;
import dev.mto.models.weights.WeightNames;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
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

  /** Writes tensors of a baseline under {@code names}, and says so in the file. */
  void writeSafeTensors(Map<String, INDArray> tensors, String baseline, WeightNames names) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", "pt");
    metadata.put("baseline", baseline);
    metadata.put("names", names.name().toLowerCase(Locale.ROOT));
    write(temporary -> SafeTensors.write(temporary, tensors, metadata));
    System.out.printf("wrote %s: %d tensors%n", out, tensors.size());
  }

  /** A file of another name in the same folder. */
  Path beside(String name) {
    return out.resolveSibling(name);
  }

  /** Refuses what {@link #beside} would replace, unless replacing was asked for. */
  void checkBeside(String... names) {
    for (String name : names) {
      if (beside(name).equals(out)) {
        throw new UserException(out + ": is the name of what goes beside it; name --out otherwise");
      }
      if (Files.exists(beside(name)) && !force) {
        throw new UserException(beside(name) + ": is there already; add --force to replace it");
      }
    }
  }

  void write(AtomicFiles.Writer writer) {
    AtomicFiles.write(out, writer);
  }

  Path path() {
    return out;
  }
}
