package dev.mto.bench.weights;

import java.util.Locale;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;

/** Types of values as PyTorch and NumPy call them. */
final class TypeNames {
  private static final Map<DataType, String> NAMES =
      Map.of(
          DataType.DOUBLE, "float64",
          DataType.FLOAT, "float32",
          DataType.FLOAT16, "float16",
          DataType.INT64, "int64",
          DataType.INT32, "int32",
          DataType.INT16, "int16",
          DataType.INT8, "int8",
          DataType.UINT8, "uint8");

  private TypeNames() {}

  static String of(DataType type) {
    return NAMES.getOrDefault(type, type.name().toLowerCase(Locale.ROOT));
  }
}
