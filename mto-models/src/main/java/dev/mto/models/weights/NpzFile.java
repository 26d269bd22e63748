package dev.mto.models.weights;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.nd4j.linalg.api.ndarray.INDArray;

/** NumPy's .npz archive: a zip of .npy arrays, stored or deflated. */
public final class NpzFile {
  private static final String SUFFIX = ".npy";

  /** What arrays may take in any case, and beyond it for each byte of the file. */
  private static final long FREE = 64L << 20;

  private static final long MOST_PER_BYTE = 50;

  private NpzFile() {}

  /**
   * Reads every array under its name, in the order of the file.
   *
   * @throws WeightFileException when the file cannot be read, is damaged or holds something else
   */
  public static Map<String, INDArray> read(Path file) {
    long most = FREE + MOST_PER_BYTE * file.toFile().length();
    long[] left = {most};
    return each(
        file,
        (path, name, in) -> {
          INDArray array = NpyArray.read(path, name, in, left[0]);
          left[0] -= array.length() * array.dataType().width();
          return array;
        });
  }

  /** The arrays of a file, in its order, by their headers alone. */
  static Map<String, TensorInfo> describe(Path file) {
    return each(file, NpyArray::describe);
  }

  private interface Reader<T> {
    T read(Path file, String name, InputStream in) throws IOException;
  }

  private static <T> Map<String, T> each(Path file, Reader<T> reader) {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      Map<String, T> arrays = new LinkedHashMap<>();
      for (ZipEntry entry : zip.stream().toList()) {
        if (!entry.getName().endsWith(SUFFIX)) {
          throw WeightFileException.of(
              file, "holds '" + entry.getName() + "', which is not a .npy array");
        }
        String name = entry.getName().substring(0, entry.getName().length() - SUFFIX.length());
        try (InputStream in = new BufferedInputStream(zip.getInputStream(entry))) {
          arrays.put(name, reader.read(file, name, in));
        } catch (EOFException e) {
          throw new WeightFileException(file + ": array '" + name + "' ends early", e);
        }
      }
      return arrays;
    } catch (ZipException e) {
      throw new WeightFileException(file + ": damaged or not a zip archive", e);
    } catch (IOException e) {
      throw WeightFileException.of(file, e);
    }
  }
}
