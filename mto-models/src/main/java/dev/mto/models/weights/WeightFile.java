package dev.mto.models.weights;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A file of named tensors in any format that is known. */
public final class WeightFile {
  private enum Format {
    NUMPY,
    TORCH,
    SAFETENSORS
  }

  private static final int LONGEST_NAME = 500;
  private static final int SHOWN = 40;
  private static final Pattern NOT_PRINTABLE = Pattern.compile("[\\p{Cntrl}\\p{Cf}\\p{Zl}\\p{Zp}]");

  private WeightFile() {}

  /**
   * Reads safetensors, a NumPy archive (.npz) or a PyTorch checkpoint (.pth, .pt, .bin), told apart
   * by extension and first bytes.
   *
   * @return tensors by name; of a PyTorch checkpoint, its model
   * @throws WeightFileException when the file cannot be read, is damaged or of another kind
   */
  public static Map<String, INDArray> read(Path file) {
    return read(file, null);
  }

  /**
   * Reads one entry of a PyTorch training checkpoint, such as {@code model_ema}.
   *
   * @param entry its name, or null for what {@link #read(Path)} finds
   * @throws WeightFileException when the file cannot be read, is damaged or has no such entry
   */
  public static Map<String, INDArray> read(Path file, String entry) {
    Format format = format(file);
    if (entry != null && format != Format.TORCH) {
      throw WeightFileException.of(
          file, "not a PyTorch checkpoint, so it has no entry '" + entry + "': leave it out");
    }
    Map<String, INDArray> tensors =
        switch (format) {
          case NUMPY -> NpzFile.read(file);
          case TORCH -> TorchFile.read(file, entry);
          case SAFETENSORS -> SafeTensors.read(file).tensors();
        };
    requirePrintable(file, tensors.keySet());
    return tensors;
  }

  /**
   * Says what a file holds without reading the values.
   *
   * @throws WeightFileException when the file cannot be read, is damaged or of another kind
   */
  public static WeightSummary describe(Path file) {
    WeightSummary summary =
        switch (format(file)) {
          case NUMPY -> new WeightSummary("NumPy archive", Map.of(), NpzFile.describe(file));
          case TORCH -> TorchFile.describe(file);
          case SAFETENSORS ->
              new WeightSummary("safetensors", Map.of(), SafeTensors.describe(file));
        };
    requirePrintable(file, summary.entries().keySet());
    requirePrintable(file, summary.tensors().keySet());
    return summary;
  }

  /** Names are shown to people: a terminal must not be told anything by them. */
  private static void requirePrintable(Path file, Set<String> names) {
    for (String name : names) {
      if (name.length() > LONGEST_NAME || NOT_PRINTABLE.matcher(name).find()) {
        throw WeightFileException.of(
            file,
            "holds the name '%s' of %d characters, which no model has: names are of up to %d printable ones"
                .formatted(
                    name.substring(0, Math.min(name.length(), SHOWN)),
                    name.length(),
                    LONGEST_NAME));
      }
    }
  }

  private static Format format(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".npz")) {
      return Format.NUMPY;
    }
    boolean named = name.endsWith(".pth") || name.endsWith(".pt") || name.endsWith(".bin");
    try {
      return named || TorchFile.recognises(file) ? Format.TORCH : Format.SAFETENSORS;
    } catch (IOException e) {
      throw WeightFileException.of(file, e);
    }
  }
}
