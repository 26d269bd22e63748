package dev.mto.data.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The values of a TIFF with any number of channels of 8 or 16 bits, in strips or tiles, whose
 * channels lie side by side or in planes. OpenCV reads one, three or four channels only.
 */
public final class TiffSamples {
  private final byte[] file;
  private final TiffDirectory directory;
  private final int sampleBytes;
  private final int channels;
  private final byte[] values;
  private final ByteBuffer target;

  private TiffSamples(byte[] file, TiffDirectory directory) {
    this.file = file;
    this.directory = directory;
    this.sampleBytes = directory.bits() / 8;
    this.channels = directory.samples();
    long size = (long) directory.height() * directory.width() * channels * sampleBytes;
    this.values = new byte[Math.toIntExact(size)];
    this.target = ByteBuffer.wrap(values).order(ByteOrder.nativeOrder());
  }

  /**
   * All values of the first image.
   *
   * @param file a TIFF
   * @return (H, W, C) in the file's order of channels, 0 = black, of 8 bits or of 16 in the
   *     processor's byte order; empty where values have to be converted to be an image's: those of
   *     palettes, YCbCr, CMYK, of fewer bits than 8, or compressed as JPEG
   * @throws DamagedFileException if the data are damaged
   */
  public static Optional<byte[]> of(byte[] file) throws DamagedFileException {
    TiffDirectory directory = TiffDirectory.read(file);
    if (!directory.plain()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new TiffSamples(file, directory).read());
    } catch (ArithmeticException e) {
      throw new DamagedFileException("TIFF of more than 2^31 bytes of pixels");
    }
  }

  private byte[] read() throws DamagedFileException {
    int blockHeight = directory.blockHeight();
    int blockWidth = directory.blockWidth();
    if (blockHeight < 1 || blockWidth < 1) {
      throw new DamagedFileException("TIFF with strips or tiles of no size");
    }
    int planes = directory.planar() ? channels : 1;
    int block = 0;
    for (int plane = 0; plane < planes; plane++) {
      for (int top = 0; top < directory.height(); top += blockHeight) {
        for (int left = 0; left < directory.width(); left += blockWidth) {
          readBlock(block++, plane, top, left);
        }
      }
    }
    return values;
  }

  private void readBlock(int block, int plane, int top, int left) throws DamagedFileException {
    int stored = directory.planar() ? 1 : channels;
    int rows = Math.min(directory.blockHeight(), directory.height() - top);
    int columns = Math.min(directory.blockWidth(), directory.width() - left);
    int rowBytes = Math.multiplyExact(directory.blockWidth(), stored * sampleBytes);
    if (block >= directory.offsets().length) {
      throw new DamagedFileException("truncated TIFF, strips or tiles are missing");
    }
    ByteBuffer data =
        ByteBuffer.wrap(unpacked(block, Math.multiplyExact(rows, rowBytes)))
            .order(directory.order());
    for (int y = 0; y < rows; y++) {
      undoDifferences(data, y * rowBytes, stored);
      for (int x = 0; x < columns; x++) {
        for (int c = 0; c < stored; c++) {
          int value = value(data, y * rowBytes + (x * stored + c) * sampleBytes);
          put(((top + y) * directory.width() + left + x) * channels + plane + c, value);
        }
      }
    }
  }

  private void undoDifferences(ByteBuffer row, int at, int stored) {
    if (!directory.differences()) {
      return;
    }
    int count = directory.blockWidth() * stored;
    for (int i = stored; i < count; i++) {
      int here = at + i * sampleBytes;
      int value = value(row, here) + value(row, here - stored * sampleBytes);
      if (sampleBytes == 1) {
        row.put(here, (byte) value);
      } else {
        row.putShort(here, (short) value);
      }
    }
  }

  private int value(ByteBuffer data, int at) {
    return sampleBytes == 1 ? data.get(at) & 0xFF : data.getShort(at) & 0xFFFF;
  }

  private void put(int index, int value) {
    int shown = directory.inverted() ? ~value : value;
    if (sampleBytes == 1) {
      target.put(index, (byte) shown);
    } else {
      target.putShort(2 * index, (short) shown);
    }
  }

  /** At least {@code length} bytes of a strip or tile. */
  private byte[] unpacked(int block, int length) throws DamagedFileException {
    int at = (int) directory.offsets()[block];
    int packed = (int) directory.lengths()[block];
    byte[] result = new byte[length];
    int got =
        switch (directory.compression()) {
          case TiffDirectory.UNCOMPRESSED -> copy(at, packed, result);
          case TiffDirectory.PACK_BITS -> unpackBits(at, packed, result);
          case TiffDirectory.LZW -> LzwStream.unpack(file, at, packed, result);
          default -> inflate(at, packed, result);
        };
    if (got < length) {
      throw new DamagedFileException("damaged TIFF, a strip or tile has too few pixels");
    }
    return result;
  }

  private int copy(int at, int packed, byte[] result) {
    int length = Math.min(packed, result.length);
    System.arraycopy(file, at, result, 0, length);
    return length;
  }

  private int inflate(int at, int packed, byte[] result) throws DamagedFileException {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(file, at, packed);
      int got = 0;
      int more;
      do {
        more = inflater.inflate(result, got, result.length - got);
        got += more;
      } while (more > 0 && got < result.length);
      return got;
    } catch (DataFormatException e) {
      throw new DamagedFileException("damaged TIFF: " + e.getMessage());
    } finally {
      inflater.end();
    }
  }

  private int unpackBits(int at, int packed, byte[] result) {
    int in = at;
    int out = 0;
    while (in < at + packed - 1 && out < result.length) {
      int head = file[in++];
      int count = Math.min(Math.abs(head) + 1, result.length - out);
      if (head >= 0) {
        count = Math.min(count, at + packed - in);
        System.arraycopy(file, in, result, out, count);
        in += head + 1;
        out += count;
      } else if (head != -128) {
        Arrays.fill(result, out, out + count, file[in++]);
        out += count;
      }
    }
    return out;
  }
}
