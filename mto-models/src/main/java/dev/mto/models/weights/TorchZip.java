package dev.mto.models.weights;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** The container since PyTorch 1.6: a zip of a pickle and a file for each storage. */
final class TorchZip implements TorchFile.Container {
  private static final String PICKLE = "/data.pkl";

  private final Path file;
  private final ZipFile zip;
  private final String root;

  private TorchZip(Path file, ZipFile zip, String root) {
    this.file = file;
    this.zip = zip;
    this.root = root;
  }

  static TorchZip open(Path file) throws IOException {
    ZipFile zip = opened(file);
    try {
      TorchZip container = new TorchZip(file, zip, root(file, zip));
      container.checkByteOrder();
      return container;
    } catch (IOException | RuntimeException e) {
      zip.close();
      throw e;
    }
  }

  private static ZipFile opened(Path file) throws IOException {
    try {
      return new ZipFile(file.toFile());
    } catch (ZipException e) {
      throw new WeightFileException(
          file + ": damaged, perhaps an incomplete copy; fetch it again", e);
    }
  }

  private static String root(Path file, ZipFile zip) {
    return zip.stream()
        .map(ZipEntry::getName)
        .filter(name -> name.endsWith(PICKLE))
        .map(name -> name.substring(0, name.length() - PICKLE.length()))
        .findFirst()
        .orElseThrow(
            () -> WeightFileException.of(file, "a zip archive without a PyTorch checkpoint"));
  }

  @Override
  public Object content() throws IOException {
    byte[] pickle = stored(zip.getEntry(root + PICKLE), "its pickle", TorchFile.LONGEST_PICKLE);
    return new TorchUnpickler(file).read(new ByteArrayInputStream(pickle));
  }

  @Override
  public ByteBuffer values(String tensor, TorchTensor.Storage storage) throws IOException {
    String what = "the storage of tensor '" + tensor + "'";
    ZipEntry entry = zip.getEntry(root + "/data/" + storage.key());
    if (entry == null) {
      throw WeightFileException.of(file, what + " is missing");
    }
    if (entry.getSize() / storage.type().width() != storage.elements()) {
      throw WeightFileException.of(
          file,
          "%s holds %d bytes, not its %d elements"
              .formatted(what, entry.getSize(), storage.elements()));
    }
    return ByteBuffer.wrap(stored(entry, what, Integer.MAX_VALUE - 8));
  }

  @Override
  public void close() throws IOException {
    zip.close();
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
  private byte[] stored(ZipEntry entry, String what, int limit) throws IOException {
    if (entry.getMethod() != ZipEntry.STORED || entry.getSize() > limit) {
      throw WeightFileException.of(
          file, what + " is compressed or above " + limit + " bytes, as PyTorch never writes it");
    }
    try (InputStream in = zip.getInputStream(entry)) {
      return in.readAllBytes();
    }
  }
}
