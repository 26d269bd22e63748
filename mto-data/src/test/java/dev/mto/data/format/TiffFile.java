package dev.mto.data.format;

import dev.mto.data.pixels.Pixels;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.Deflater;

/** Writes TIFF files of every layout that {@code TiffSamples} reads. */
public final class TiffFile {
  private final Pixels pixels;
  private final Map<Integer, int[]> tags = new TreeMap<>();
  private ByteOrder order = ByteOrder.LITTLE_ENDIAN;
  private int blockHeight;
  private int blockWidth;

  public TiffFile(Pixels pixels) {
    this.pixels = pixels;
    blockHeight = pixels.height();
    blockWidth = pixels.width();
    int channels = pixels.channels();
    with(256, pixels.width()).with(257, pixels.height()).with(259, 1).with(277, channels);
    int[] bits = new int[channels];
    Arrays.fill(bits, pixels.bits());
    with(258, bits).with(262, channels == 3 || channels == 4 ? 2 : 1);
  }

  public TiffFile with(int tag, int... values) {
    tags.put(tag, values);
    return this;
  }

  public TiffFile bigEndian() {
    order = ByteOrder.BIG_ENDIAN;
    return this;
  }

  public TiffFile deflated() {
    return with(259, 8);
  }

  public TiffFile packedBits() {
    return with(259, 32773);
  }

  public TiffFile planar() {
    return with(284, 2);
  }

  public TiffFile differences() {
    return with(317, 2);
  }

  public TiffFile strips(int rows) {
    blockHeight = rows;
    return with(278, rows);
  }

  public TiffFile tiles(int side) {
    blockHeight = side;
    blockWidth = side;
    return with(322, side).with(323, side);
  }

  public byte[] bytes() {
    List<byte[]> blocks = blocks();
    boolean tiled = tags.containsKey(322);
    int at = 8;
    int[] offsets = new int[blocks.size()];
    int[] lengths = new int[blocks.size()];
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = at;
      lengths[i] = blocks.get(i).length;
      at += lengths[i];
    }
    with(tiled ? 324 : 273, offsets).with(tiled ? 325 : 279, lengths);
    int arrays = at;
    int directory = arrays + tags.values().stream().mapToInt(v -> 4 * v.length).sum();
    ByteBuffer file = ByteBuffer.allocate(directory + 6 + 12 * tags.size()).order(order);
    file.put((byte) (order == ByteOrder.LITTLE_ENDIAN ? 'I' : 'M')).put(file.get(0));
    file.putShort((short) 42).putInt(directory);
    blocks.forEach(file::put);
    file.putShort(directory, (short) tags.size());
    int entry = directory + 2;
    for (Map.Entry<Integer, int[]> tag : tags.entrySet()) {
      int[] values = tag.getValue();
      file.putShort(entry, tag.getKey().shortValue()).putShort(entry + 2, (short) 4);
      file.putInt(entry + 4, values.length);
      file.putInt(entry + 8, values.length == 1 ? values[0] : arrays);
      for (int i = 0; i < values.length && values.length > 1; i++, arrays += 4) {
        file.putInt(arrays, values[i]);
      }
      entry += 12;
    }
    return file.array();
  }

  private List<byte[]> blocks() {
    boolean planar = tags.containsKey(284);
    int channels = pixels.channels();
    List<byte[]> blocks = new ArrayList<>();
    for (int plane = 0; plane < (planar ? channels : 1); plane++) {
      for (int top = 0; top < pixels.height(); top += blockHeight) {
        for (int left = 0; left < pixels.width(); left += blockWidth) {
          blocks.add(packed(block(planar ? plane : 0, planar ? 1 : channels, top, left)));
        }
      }
    }
    return blocks;
  }

  private byte[] block(int plane, int stored, int top, int left) {
    boolean tiled = tags.containsKey(322);
    int rows = tiled ? blockHeight : Math.min(blockHeight, pixels.height() - top);
    int bytes = pixels.bits() / 8;
    ByteBuffer block = ByteBuffer.allocate(rows * blockWidth * stored * bytes).order(order);
    for (int y = 0; y < rows; y++) {
      for (int x = 0; x < blockWidth; x++) {
        for (int c = 0; c < stored; c++) {
          int value = value(top + y, left + x, plane + c);
          if (tags.containsKey(317) && tags.get(259)[0] == 8 && x > 0) {
            value -= value(top + y, left + x - 1, plane + c);
          }
          if (bytes == 1) {
            block.put((byte) value);
          } else {
            block.putShort((short) value);
          }
        }
      }
    }
    return block.array();
  }

  /** 0 beyond the image. */
  private int value(int y, int x, int c) {
    return y < pixels.height() && x < pixels.width()
        ? pixels.value((y * pixels.width() + x) * pixels.channels() + c)
        : 0;
  }

  private byte[] packed(byte[] block) {
    return switch (tags.get(259)[0]) {
      case 8 -> deflate(block);
      case 32773 -> packBits(block);
      default -> block;
    };
  }

  private static byte[] deflate(byte[] block) {
    Deflater deflater = new Deflater();
    deflater.setInput(block);
    deflater.finish();
    byte[] packed = new byte[2 * block.length + 64];
    int length = deflater.deflate(packed);
    deflater.end();
    return Arrays.copyOf(packed, length);
  }

  /** Runs of up to 3 equal bytes, and literal bytes one by one. */
  private static byte[] packBits(byte[] block) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    int i = 0;
    while (i < block.length) {
      int run = 1;
      while (run < 3 && i + run < block.length && block[i + run] == block[i]) {
        run++;
      }
      packed.write(1 - run);
      packed.write(block[i]);
      i += run;
    }
    return packed.toByteArray();
  }
}
