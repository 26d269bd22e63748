package dev.mto.models.weights;

import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;

/** The types of the safetensors format that ND4J has. */
enum SafeTensorType {
  F64(DataType.DOUBLE),
  F32(DataType.FLOAT),
  F16(DataType.FLOAT16),
  BF16(DataType.BFLOAT16),
  I64(DataType.INT64),
  I32(DataType.INT32),
  I16(DataType.INT16),
  I8(DataType.INT8),
  U8(DataType.UINT8),
  BOOL(DataType.BOOL);

  private final DataType type;

  SafeTensorType(DataType type) {
    this.type = type;
  }

  DataType type() {
    return type;
  }

  static Optional<SafeTensorType> named(String name) {
    for (SafeTensorType candidate : values()) {
      if (candidate.name().equals(name)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  static Optional<SafeTensorType> of(DataType type) {
    for (SafeTensorType candidate : values()) {
      if (candidate.type == type) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }
}
