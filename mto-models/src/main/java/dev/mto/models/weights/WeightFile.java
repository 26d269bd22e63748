package dev.mto.models.weights;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A file of named tensors in any format that is known. */
public final class WeightFile {
  private enum Format {
    NUMPY,
    TORCH,
    SAFETENSORS
  }

  private WeightFile() {}

  /**
   * Reads safetensors, a NumPy archive (.npz) or a PyTorch checkpoint (.pth, .pt, .bin), told apart
   * by extension and first bytes.
   *
   * @return tensors by name; of a PyTorch checkpoint, its model
   * @throws WeightFileException when the file is damaged or of another kind
   * @throws UncheckedIOException when it cannot be read
   */
  public static Map<String, INDArray> read(Path file) {
    return read(file, null);
  }

  /**
   * Reads one entry of a PyTorch training checkpoint, such as {@code model_ema}.
   *
   * @param entry its name, or null for what {@link #read(Path)} finds
   * @throws WeightFileException when the file is damaged or has no such entry
   * @throws UncheckedIOException when it cannot be read
   */
  public static Map<String, INDArray> read(Path file, String entry) {
    Format format = format(file);
    if (entry != null && format != Format.TORCH) {
      throw WeightFileException.of(
          file, "not a PyTorch checkpoint, so it has no entry '" + entry + "': leave it out");
    }
    return switch (format) {
      case NUMPY -> NpzFile.read(file);
      case TORCH -> TorchFile.read(file, entry);
      case SAFETENSORS -> SafeTensors.read(file).tensors();
    };
  }

  /**
   * Says what a file holds without reading the values.
   *
   * @throws WeightFileException when the file is damaged or of another kind
   * @throws UncheckedIOException when it cannot be read
   */
  public static WeightSummary describe(Path file) {
    return switch (format(file)) {
      case NUMPY -> new WeightSummary("NumPy archive", Map.of(), NpzFile.describe(file));
      case TORCH -> TorchFile.describe(file);
      case SAFETENSORS -> new WeightSummary("safetensors", Map.of(), SafeTensors.describe(file));
    };
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
