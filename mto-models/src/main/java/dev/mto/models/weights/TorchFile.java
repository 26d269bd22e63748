package dev.mto.models.weights;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A checkpoint that {@code torch.save} wrote (.pth, .pt, .bin), in today's container or that before
 * PyTorch 1.6.
 *
 * <p>The pickle can name whatever it wants: nothing is executed, and an object of an unknown class
 * is nothing but its name. Beside the tensors it is passed over, as the optimizer, the scaler and
 * the settings of a training checkpoint are; among them it is refused.
 */
public final class TorchFile {
  /** With "PK" alone the length of a header of safetensors may begin. */
  private static final byte[] ZIP = {'P', 'K', 3, 4};

  /** Tensors may share storages (tied weights), but not so often that a small file fills memory. */
  private static final long MOST_SHARING = 16;

  /** Bytes of pickle that are read at most: far above any model's, and bounding what it builds. */
  static final int LONGEST_PICKLE = 8 << 20;

  /** One of the two ways in which PyTorch lays a checkpoint out in a file. */
  interface Container extends Closeable {
    /** The pickled object, its tensors described but not read. */
    Object content() throws IOException;

    /**
     * The values of a storage, little-endian.
     *
     * @param tensor the tensor they are read for, named in errors
     */
    ByteBuffer values(String tensor, TorchTensor.Storage storage) throws IOException;
  }

  private TorchFile() {}

  /**
   * Reads the tensors of a state_dict, or of the {@code model} or {@code state_dict} entry of a
   * training checkpoint, in the order of the file, with their types.
   *
   * @throws WeightFileException when the file is damaged or one of its tensors of an unknown class
   */
  public static Map<String, INDArray> read(Path file) {
    return read(file, null);
  }

  /**
   * Reads the tensors of one entry of a training checkpoint, such as {@code model_ema}.
   *
   * @param entry its name, or null for what {@link #read(Path)} finds
   * @throws WeightFileException when the file is damaged, holds no tensors in this entry, or one of
   *     an unknown class
   */
  public static Map<String, INDArray> read(Path file, String entry) {
    try (Container container = open(file)) {
      Map<String, TorchTensor> described =
          new TorchContent(file, container.content()).tensors(entry);
      checkSharing(file, described);
      return values(container, described);
    } catch (IOException e) {
      throw WeightFileException.of(file, e);
    }
  }

  static WeightSummary describe(Path file) {
    try (Container container = open(file)) {
      TorchContent content = new TorchContent(file, container.content());
      Map<String, TensorInfo> tensors = new LinkedHashMap<>();
      content.tensors().forEach((name, tensor) -> tensors.put(name, tensor.info()));
      String format =
          container instanceof TorchZip
              ? "PyTorch checkpoint"
              : "PyTorch checkpoint of the container before PyTorch 1.6";
      return new WeightSummary(format, content.entries(), tensors);
    } catch (IOException e) {
      throw WeightFileException.of(file, e);
    }
  }

  /** Whether a file begins as one of the two containers does. */
  static boolean recognises(Path file) throws IOException {
    return isZip(file) || TorchLegacy.recognises(file);
  }

  private static Container open(Path file) throws IOException {
    if (isZip(file)) {
      return TorchZip.open(file);
    }
    if (TorchLegacy.recognises(file)) {
      return TorchLegacy.open(file);
    }
    throw WeightFileException.of(file, "not a PyTorch checkpoint, by its first bytes, or damaged");
  }

  private static boolean isZip(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(ZIP.length), ZIP);
    }
  }

  private static void checkSharing(Path file, Map<String, TorchTensor> tensors) throws IOException {
    long total = tensors.values().stream().mapToLong(TorchTensor::size).reduce(0, TorchFile::sum);
    if (total / MOST_SHARING > Files.size(file)) {
      throw WeightFileException.of(
          file, "its tensors take " + total + " bytes, more than it holds");
    }
    long stored =
        tensors.values().stream()
            .map(TorchTensor::storage)
            .distinct()
            .mapToLong(storage -> RawTensor.size(storage.type(), new long[] {storage.elements()}))
            .reduce(0, TorchFile::sum);
    if (stored > Files.size(file)) {
      throw WeightFileException.of(
          file, "its storages take " + stored + " bytes, more than it holds");
    }
  }

  private static long sum(long a, long b) {
    return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
  }

  /** Reads each storage once, whatever the order of the tensors in it; gives theirs. */
  static Map<String, INDArray> values(Container container, Map<String, TorchTensor> described)
      throws IOException {
    Map<TorchTensor.Storage, List<String>> sharing = new LinkedHashMap<>();
    Map<String, INDArray> tensors = new LinkedHashMap<>();
    described.forEach(
        (name, tensor) -> {
          sharing.computeIfAbsent(tensor.storage(), storage -> new ArrayList<>()).add(name);
          tensors.put(name, null);
        });
    for (Map.Entry<TorchTensor.Storage, List<String>> shared : sharing.entrySet()) {
      TorchTensor.Storage storage = shared.getKey();
      ByteBuffer stored = container.values(shared.getValue().get(0), storage);
      for (String name : shared.getValue()) {
        TorchTensor tensor = described.get(name);
        tensors.put(name, RawTensor.of(storage.type(), tensor.shape(), tensor.elements(stored)));
      }
    }
    return tensors;
  }
}
