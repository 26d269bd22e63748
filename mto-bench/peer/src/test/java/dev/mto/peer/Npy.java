package dev.mto.peer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A little-endian, C-order .npy array of float32 or int64, version 1. */
final class Npy {

  private static final Pattern HEADER =
      Pattern.compile("'descr': '(<f4|<i8)', 'fortran_order': False, 'shape': \\(([0-9, ]*)\\)");
  private static final int HEADER_OFFSET = 10;

  private final String type;
  private final long[] shape;
  private final ByteBuffer values;

  Npy(byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int headerLength = bytes.getShort(HEADER_OFFSET - 2);
    String header = new String(file, HEADER_OFFSET, headerLength, StandardCharsets.ISO_8859_1);
    Matcher matcher = HEADER.matcher(header);
    if (!matcher.find()) {
      throw new IllegalArgumentException("not a C-order <f4 or <i8 array: " + header.trim());
    }
    type = matcher.group(1);
    shape =
        Arrays.stream(matcher.group(2).split(","))
            .map(String::trim)
            .filter(size -> !size.isEmpty())
            .mapToLong(Long::parseLong)
            .toArray();
    bytes.position(HEADER_OFFSET + headerLength);
    values = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  boolean isFloat() {
    return type.equals("<f4");
  }

  long[] shape() {
    return shape.clone();
  }

  float[] floats() {
    float[] floats = new float[values.remaining() / Float.BYTES];
    values.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(floats);
    return floats;
  }

  long[] longs() {
    long[] longs = new long[values.remaining() / Long.BYTES];
    values.duplicate().order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(longs);
    return longs;
  }
}
