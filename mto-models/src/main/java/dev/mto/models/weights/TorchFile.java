package dev.mto.models.weights;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import net.razorvine.pickle.PickleException;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A checkpoint of PyTorch 1.6 or newer (.pth, .pt): a zip of a pickle and raw storages.
 *
 * <p>The pickle can name tensors, containers and plain settings; any other class is refused and
 * nothing is executed.
 */
public final class TorchFile {
  private static final String PICKLE = "/data.pkl";
  private static final long LONGEST_PICKLE = 64L << 20;

  /** Tensors may share storages (tied weights), but not so often that a small file fills memory. */
  private static final long MOST_SHARING = 16;

  /** Where training scripts keep the weights among other things. */
  private static final List<String> MODEL_KEYS = List.of("model", "state_dict");

  private final Path file;
  private final ZipFile zip;
  private final String root;

  private TorchFile(Path file, ZipFile zip) {
    this.file = file;
    this.zip = zip;
    this.root =
        zip.stream()
            .map(ZipEntry::getName)
            .filter(name -> name.endsWith(PICKLE))
            .map(name -> name.substring(0, name.length() - PICKLE.length()))
            .findFirst()
            .orElseThrow(
                () -> WeightFileException.of(file, "a zip archive without a PyTorch checkpoint"));
  }

  /**
   * Reads the tensors of a state_dict, or of the {@code model} or {@code state_dict} entry of a
   * training checkpoint, in the order of the file, with their types.
   *
   * @throws WeightFileException when the file is damaged or holds an object of an unknown class
   * @throws UncheckedIOException when it cannot be read
   */
  public static Map<String, INDArray> read(Path file) {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      return new TorchFile(file, zip).tensors();
    } catch (NoSuchFileException e) {
      throw new WeightFileException(file + ": there is no such file", e);
    } catch (ZipException e) {
      throw new WeightFileException(
          file + ": damaged, or older than PyTorch 1.6: load it there and torch.save it again", e);
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be read", e);
    }
  }

  private Map<String, INDArray> tensors() throws IOException {
    checkByteOrder();
    Map<String, TorchTensor> described = new LinkedHashMap<>();
    model(unpickle())
        .forEach(
            (name, value) -> {
              if (name instanceof String text && value instanceof TorchTensor tensor) {
                described.put(text, tensor);
              }
            });
    if (described.isEmpty()) {
      throw WeightFileException.of(file, "holds no named tensors");
    }
    long total = described.values().stream().mapToLong(TorchTensor::size).reduce(0, Math::addExact);
    if (total > MOST_SHARING * file.toFile().length()) {
      throw WeightFileException.of(
          file, "its tensors take " + total + " bytes, more than it holds");
    }
    Map<String, INDArray> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, TorchTensor> entry : described.entrySet()) {
      tensors.put(entry.getKey(), values(entry.getKey(), entry.getValue()));
    }
    return tensors;
  }

  private Map<?, ?> model(Object content) {
    if (!(content instanceof Map<?, ?> map)) {
      throw WeightFileException.of(file, "does not hold a dictionary of tensors");
    }
    for (String key : MODEL_KEYS) {
      if (map.get(key) instanceof Map<?, ?> model) {
        return model;
      }
    }
    return map;
  }

  private Object unpickle() throws IOException {
    ZipEntry entry = zip.getEntry(root + PICKLE);
    byte[] pickle = stored(entry, "its pickle", LONGEST_PICKLE);
    TorchUnpickler unpickler = new TorchUnpickler();
    try {
      return unpickler.load(new ByteArrayInputStream(pickle));
    } catch (PickleException e) {
      throw new WeightFileException(file + ": its pickle " + e.getMessage(), e);
    } catch (IOException | RuntimeException e) {
      throw new WeightFileException(file + ": its pickle is malformed", e);
    } finally {
      unpickler.close();
    }
  }

  private INDArray values(String name, TorchTensor tensor) throws IOException {
    TorchTensor.Storage storage = tensor.storage();
    String what = "the storage of tensor '" + name + "'";
    ZipEntry entry = zip.getEntry(root + "/data/" + storage.key());
    if (entry == null) {
      throw WeightFileException.of(file, what + " is missing");
    }
    byte[] bytes = stored(entry, what, Integer.MAX_VALUE - 8L);
    if (bytes.length / storage.type().width() != storage.elements()) {
      throw WeightFileException.of(
          file,
          "%s holds %d bytes, not its %d elements"
              .formatted(what, bytes.length, storage.elements()));
    }
    return RawTensor.of(storage.type(), tensor.shape(), ByteBuffer.wrap(tensor.elements(bytes)));
  }

  private void checkByteOrder() throws IOException {
    ZipEntry entry = zip.getEntry(root + "/byteorder");
    if (entry != null) {
      String order = new String(stored(entry, "its byte order", 16), StandardCharsets.US_ASCII);
      if (!order.strip().equals("little")) {
        throw WeightFileException.of(file, "written on a big-endian machine");
      }
    }
  }

  /** The bytes of an entry, which PyTorch never compresses, so that none takes more than it has. */
  private byte[] stored(ZipEntry entry, String what, long limit) throws IOException {
    if (entry.getMethod() != ZipEntry.STORED || entry.getSize() > limit) {
      throw WeightFileException.of(
          file, what + " is compressed or above " + limit + " bytes, as PyTorch never writes it");
    }
    try (InputStream in = zip.getInputStream(entry)) {
      return in.readAllBytes();
    }
  }
}
