package dev.mto.oracle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The .npy format: little-endian float64, float32 or int64 in C order. */
final class Npy {

  private static final Pattern DESCRIPTION = Pattern.compile("'descr':\\s*'([^']+)'");
  private static final Pattern SHAPE = Pattern.compile("'shape':\\s*\\(([^)]*)\\)");

  private Npy() {}

  static INDArray parse(String source, byte[] bytes) {
    ByteBuffer data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int version = data.get(6);
    int headerStart = version == 1 ? 10 : 12;
    int headerLength = version == 1 ? data.getShort(8) & 0xffff : data.getInt(8);
    String header = new String(bytes, headerStart, headerLength, StandardCharsets.US_ASCII);
    if (header.contains("'fortran_order': True")) {
      throw new IllegalArgumentException(source + " is in Fortran order: save it in C order");
    }
    data.position(headerStart + headerLength);
    return values(source, data.slice().order(ByteOrder.LITTLE_ENDIAN), header);
  }

  private static INDArray values(String source, ByteBuffer data, String header) {
    long[] shape = shape(group(SHAPE, header));
    int length = Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
    String description = group(DESCRIPTION, header);
    INDArray flat =
        switch (description) {
          case "<f8" -> {
            double[] values = new double[length];
            data.asDoubleBuffer().get(values);
            yield Nd4j.createFromArray(values);
          }
          case "<f4" -> {
            float[] values = new float[length];
            data.asFloatBuffer().get(values);
            yield Nd4j.createFromArray(values);
          }
          case "<i8" -> {
            long[] values = new long[length];
            data.asLongBuffer().get(values);
            yield Nd4j.createFromArray(values);
          }
          default ->
              throw new IllegalArgumentException(
                  source + " has type " + description + ": save it as float64, float32 or int64");
        };
    return flat.reshape('c', shape);
  }

  private static long[] shape(String tuple) {
    return Arrays.stream(tuple.split(",", -1))
        .map(String::strip)
        .filter(size -> !size.isEmpty())
        .mapToLong(Long::parseLong)
        .toArray();
  }

  private static String group(Pattern pattern, String header) {
    Matcher matcher = pattern.matcher(header);
    if (!matcher.find()) {
      throw new IllegalArgumentException("not an npy header: " + header);
    }
    return matcher.group(1);
  }
}
