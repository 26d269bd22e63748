package dev.mto.data.folder;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** An IDX file of unsigned bytes, plain or gzip, read item by item; nothing is taken on trust. */
public final class IdxStream implements AutoCloseable {
  private static final int UNSIGNED_BYTES = 0x08;
  private static final int MAX_SIDE = 4096;

  private final Path file;
  private final DataInputStream in;
  private final int[] shape;

  private IdxStream(Path file, DataInputStream in, int[] shape) {
    this.file = file;
    this.in = in;
    this.shape = shape;
  }

  /**
   * Opens a file and reads its header.
   *
   * @param dimensions 1 for labels, 3 for images
   * @throws IllegalArgumentException if the header is not that of such a file
   */
  public static IdxStream open(Path file, int dimensions) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(file + " is not a file: give an IDX file, gzip or plain");
    }
    DataInputStream in = new DataInputStream(decompressed(file));
    try {
      return new IdxStream(file, in, header(file, in, dimensions));
    } catch (EOFException e) {
      in.close();
      throw new IllegalArgumentException(file + " ends within its IDX header: get it again", e);
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  /** Items by the header. */
  public int items() {
    return shape[0];
  }

  /** Size of dimension {@code d} by the header. */
  public int dimension(int d) {
    return shape[d];
  }

  /** The next item, in c order. */
  public byte[] read() throws IOException {
    int length = shape.length == 1 ? 1 : shape[1] * shape[2];
    byte[] item;
    try {
      item = in.readNBytes(length);
    } catch (ZipException | EOFException e) {
      throw new IllegalArgumentException(
          file + " is damaged (" + e.getMessage() + "): get it again", e);
    }
    if (item.length < length) {
      throw new IllegalArgumentException(
          file + " ends before the " + items() + " items its header declares: get it again");
    }
    return item;
  }

  /** Refuses bytes after the last item. */
  public void requireEnd() throws IOException {
    if (in.read() >= 0) {
      throw new IllegalArgumentException(
          file + " goes on after the " + items() + " items its header declares: get it again");
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private static InputStream decompressed(Path file) throws IOException {
    InputStream raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    raw.mark(2);
    boolean gzip = raw.read() == 0x1F && raw.read() == 0x8B;
    raw.reset();
    return gzip ? new BufferedInputStream(new GZIPInputStream(raw), 1 << 16) : raw;
  }

  private static int[] header(Path file, DataInputStream in, int dimensions) throws IOException {
    int magic = in.readInt();
    int expected = UNSIGNED_BYTES << 8 | dimensions;
    if (magic != expected) {
      throw new IllegalArgumentException(
          String.format(
              "%s starts with 0x%08x but an IDX file of %s starts with 0x%08x",
              file, magic, dimensions == 1 ? "labels" : "images", expected));
    }
    int[] shape = new int[dimensions];
    for (int d = 0; d < dimensions; d++) {
      shape[d] = in.readInt();
      int most = d == 0 ? Integer.MAX_VALUE : MAX_SIDE;
      if (shape[d] < 1 || shape[d] > most) {
        throw new IllegalArgumentException(
            "%s declares %s %s but 1 to %s are possible"
                .formatted(
                    file,
                    Integer.toUnsignedString(shape[d]),
                    d == 0 ? "items" : "pixels a side",
                    most));
      }
    }
    return shape;
  }
}
