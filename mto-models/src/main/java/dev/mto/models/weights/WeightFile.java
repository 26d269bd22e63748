package dev.mto.models.weights;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A file of named tensors in any format that is known. */
public final class WeightFile {
  private WeightFile() {}

  /**
   * Reads safetensors, a NumPy archive (.npz) or a PyTorch checkpoint (.pth, .pt), told apart by
   * extension and first bytes.
   *
   * @return tensors by name; of a PyTorch checkpoint, its model
   * @throws WeightFileException when the file is damaged or of another kind
   * @throws UncheckedIOException when it cannot be read
   */
  public static Map<String, INDArray> read(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".npz")) {
      return NpzFile.read(file);
    }
    if (isZip(file) || name.endsWith(".pth") || name.endsWith(".pt")) {
      return TorchFile.read(file);
    }
    return SafeTensors.read(file).tensors();
  }

  private static boolean isZip(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return in.read() == 'P' && in.read() == 'K';
    } catch (NoSuchFileException e) {
      throw new WeightFileException(file + ": there is no such file", e);
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be read", e);
    }
  }
}
