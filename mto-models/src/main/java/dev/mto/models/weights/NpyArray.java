package dev.mto.models.weights;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** NumPy's .npy format, versions 1 to 3, without pickled objects. */
final class NpyArray {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int LONGEST_HEADER = 1 << 16;
  private static final Pattern DESCRIPTION =
      Pattern.compile(
          "\\{\\s*'descr':\\s*'([^']*)',\\s*'fortran_order':\\s*(True|False),"
              + "\\s*'shape':\\s*\\(([0-9, ]*)\\),?\\s*\\}\\s*");

  private final String where;
  private final DataInputStream data;

  private NpyArray(Path file, String name, InputStream in) {
    where = file + ": array '" + name + "' ";
    data = new DataInputStream(in);
  }

  /**
   * Reads one array to the end of {@code in}.
   *
   * @param most bytes that it may take
   */
  static INDArray read(Path file, String name, InputStream in, long most) throws IOException {
    return new NpyArray(file, name, in).read(most);
  }

  /** Reads what the header says. */
  static TensorInfo describe(Path file, String name, InputStream in) throws IOException {
    NpyArray array = new NpyArray(file, name, in);
    Matcher description = array.description();
    return TensorInfo.of(array.type(description.group(1)), array.shape(description.group(3)));
  }

  private INDArray read(long most) throws IOException {
    Matcher description = description();
    DataType type = type(description.group(1));
    long[] shape = shape(description.group(3));
    boolean fortran = description.group(2).equals("True");
    INDArray array = values(type, fortran ? reversed(shape) : shape, most);
    return fortran && shape.length > 1 ? array.transpose().dup('c') : array;
  }

  private Matcher description() throws IOException {
    Matcher description = DESCRIPTION.matcher(header());
    if (!description.matches()) {
      throw problem("has an unknown header");
    }
    return description;
  }

  private String header() throws IOException {
    byte[] start = new byte[MAGIC.length];
    data.readFully(start);
    int major = data.readUnsignedByte();
    data.readUnsignedByte();
    if (!Arrays.equals(start, MAGIC) || major < 1 || major > 3) {
      throw problem("is not in .npy format");
    }
    int length =
        major == 1
            ? Short.toUnsignedInt(Short.reverseBytes(data.readShort()))
            : Integer.reverseBytes(data.readInt());
    if (length < 0 || length > LONGEST_HEADER) {
      throw problem("declares a header of " + length + " bytes");
    }
    byte[] text = new byte[length];
    data.readFully(text);
    return new String(text, StandardCharsets.UTF_8);
  }

  private INDArray values(DataType type, long[] shape, long most) throws IOException {
    long size;
    try {
      size = RawTensor.size(type, shape);
    } catch (ArithmeticException e) {
      throw new WeightFileException(where + "is too large to count", e);
    }
    if (size > Integer.MAX_VALUE) {
      throw problem("is above 2 GiB, more than one array may hold");
    }
    if (size > most) {
      throw problem("unpacks to far more than its file holds, as no model does");
    }
    byte[] bytes = data.readNBytes((int) size); // memory grows with what really comes
    if (bytes.length < size) {
      throw new EOFException();
    }
    if (data.read() >= 0) {
      throw problem("holds more than its shape says");
    }
    return RawTensor.of(type, shape, ByteBuffer.wrap(bytes));
  }

  private DataType type(String description) {
    return switch (description) {
      case "<f8" -> DataType.DOUBLE;
      case "<f4" -> DataType.FLOAT;
      case "<f2" -> DataType.FLOAT16;
      case "<i8" -> DataType.INT64;
      case "<i4" -> DataType.INT32;
      case "<i2" -> DataType.INT16;
      case "|i1" -> DataType.INT8;
      case "|u1" -> DataType.UINT8;
      case "|b1" -> DataType.BOOL;
      default -> throw problem("has unknown type '" + description + "'");
    };
  }

  private long[] shape(String text) {
    try {
      return Arrays.stream(text.split(","))
          .map(String::strip)
          .filter(dimension -> !dimension.isEmpty())
          .mapToLong(Long::parseLong)
          .toArray();
    } catch (NumberFormatException e) {
      throw new WeightFileException(where + "has shape (" + text + ")", e);
    }
  }

  private static long[] reversed(long[] shape) {
    long[] reversed = new long[shape.length];
    for (int i = 0; i < shape.length; i++) {
      reversed[i] = shape[shape.length - 1 - i];
    }
    return reversed;
  }

  private WeightFileException problem(String what) {
    return new WeightFileException(where + what);
  }
}
