package dev.mto.models.weights;

import java.util.Optional;
import net.razorvine.pickle.IObjectConstructor;
import net.razorvine.pickle.PickleException;
import org.nd4j.linalg.api.buffer.DataType;

/** PyTorch's storage classes, which a checkpoint names but never calls. */
enum TorchStorageType implements IObjectConstructor {
  DOUBLE("DoubleStorage", DataType.DOUBLE),
  FLOAT("FloatStorage", DataType.FLOAT),
  HALF("HalfStorage", DataType.FLOAT16),
  BFLOAT16("BFloat16Storage", DataType.BFLOAT16),
  LONG("LongStorage", DataType.INT64),
  INT("IntStorage", DataType.INT32),
  SHORT("ShortStorage", DataType.INT16),
  CHAR("CharStorage", DataType.INT8),
  BYTE("ByteStorage", DataType.UINT8),
  BOOL("BoolStorage", DataType.BOOL);

  private final String className;
  private final DataType type;

  TorchStorageType(String className, DataType type) {
    this.className = className;
    this.type = type;
  }

  static Optional<TorchStorageType> named(String className) {
    for (TorchStorageType candidate : values()) {
      if (candidate.className.equals(className)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  DataType type() {
    return type;
  }

  @Override
  public Object construct(Object[] arguments) {
    throw new PickleException("calls torch." + className);
  }
}
