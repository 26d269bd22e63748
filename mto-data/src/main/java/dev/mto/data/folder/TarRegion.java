package dev.mto.data.folder;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.tar.TarUtils;

/**
 * A part of a file that is a tar archive; passing over some of it reads nothing. What fails here is
 * the storage, as an {@link UncheckedIOException}: never is it taken for damage of the archive.
 */
final class TarRegion extends InputStream {
  private final Headers headers;
  private final long start;
  private final long end;
  private long position;

  TarRegion(Headers headers, long start, long end) {
    this.headers = headers;
    this.start = start;
    this.end = end;
    this.position = start;
  }

  long position() {
    return position;
  }

  /**
   * Goes on behind the content of a member, of which nothing is read: the library would read it.
   *
   * @param begin of the content
   * @throws EOFException if the archive ends before it does
   */
  void passOver(long begin, long bytes) throws EOFException {
    long blocks = bytes / TarRecords.BLOCK + (bytes % TarRecords.BLOCK == 0 ? 0 : 1);
    if (bytes > end - begin) {
      position = end;
      throw new EOFException("it is cut short");
    }
    position = Math.min(end, begin + blocks * TarRecords.BLOCK);
  }

  /**
   * Asks, where there is no further header, whether one was begun.
   *
   * @throws EOFException if so
   */
  void requireWholeBlocks() throws EOFException {
    if (position == end && (end - start) % TarRecords.BLOCK != 0) {
      throw new EOFException("it is cut short");
    }
  }

  /** Whether it has so many bytes from there: what follows an inner archive is of another one. */
  boolean holds(long begin, long bytes) {
    return bytes <= end - begin;
  }

  /** What comes next, as a region of its own. */
  TarRegion part(long bytes) {
    return new TarRegion(headers, position, Math.min(end, position + bytes));
  }

  /**
   * Goes on to the next block that is a member's header by its checksum.
   *
   * @param ofArchive whether the member must be named as an archive: what else looks like a header
   *     is of a member within one
   * @return whether there is one; else this is at its end
   */
  boolean toHeader(boolean ofArchive) {
    long block =
        start + (position - start + TarRecords.BLOCK - 1) / TarRecords.BLOCK * TarRecords.BLOCK;
    byte[] header = new byte[TarRecords.BLOCK];
    for (; block <= end - TarRecords.BLOCK; block += TarRecords.BLOCK) {
      position = block;
      if (!fill(header)) {
        break;
      }
      if (isHeader(header) && (!ofArchive || name(header).endsWith(".tar"))) {
        position = block;
        return true;
      }
    }
    position = end;
    return false;
  }

  private boolean fill(byte[] bytes) {
    int filled = 0;
    int read = 0;
    while (filled < bytes.length && read >= 0) {
      read = read(bytes, filled, bytes.length - filled);
      filled += Math.max(read, 0);
    }
    return filled == bytes.length;
  }

  private static boolean isHeader(byte[] block) {
    try {
      return TarUtils.verifyCheckSum(block);
    } catch (IllegalArgumentException e) {
      return false; // there is no number where the checksum would be
    }
  }

  private static String name(byte[] header) {
    int length = 0;
    while (length < TarConstants.NAMELEN && header[length] != 0) {
      length++;
    }
    return new String(header, 0, length, UTF_8);
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int from, int length) {
    int most = (int) Math.min(length, end - position);
    if (most <= 0) {
      return length == 0 ? 0 : -1;
    }
    try {
      int read = headers.read(ByteBuffer.wrap(bytes, from, most), position);
      position += Math.max(read, 0);
      return read;
    } catch (IOException e) {
      throw new UncheckedIOException(headers.file() + " cannot be read", e);
    }
  }

  @Override
  public long skip(long bytes) {
    long skipped = Math.max(0, Math.min(bytes, end - position));
    position += skipped;
    return skipped;
  }

  @Override
  public int available() {
    return (int) Math.min(Integer.MAX_VALUE, end - position);
  }
}
