package dev.mto.engine.onnx;

import dev.mto.engine.errors.UserException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import onnx.Onnx.TensorProto;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager.Location;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.protobuf.ByteString;
import org.nd4j.shade.protobuf.UnsafeByteOperations;

/** Tensors with values, as they lie in a file. */
final class OnnxTensor {
  private OnnxTensor() {}

  /**
   * An array of float32, dense in c order, which must outlive the tensor: its bytes are not copied.
   */
  static TensorProto of(String name, INDArray array) {
    if (array.dataType() != DataType.FLOAT) {
      throw new UserException(
          "ONNX: " + name + " is of type " + array.dataType() + "; only float32 is exported");
    }
    Nd4j.getAffinityManager().ensureLocation(array, Location.HOST);
    ByteBuffer bytes = array.data().pointer().asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(TensorProto.DataType.FLOAT.getNumber())
        .addAllDims(Arrays.stream(array.shape()).boxed().toList())
        .setRawData(UnsafeByteOperations.unsafeWrap(bytes))
        .build();
  }

  /** Whole numbers in a row. */
  static TensorProto of(String name, long... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(TensorProto.DataType.INT64.getNumber())
        .addDims(values.length)
        .setRawData(ByteString.copyFrom(bytes))
        .build();
  }

  /** A whole number without dimensions. */
  static TensorProto ofScalar(String name, long value) {
    return of(name, value).toBuilder().clearDims().build();
  }

  /** A number without dimensions. */
  static TensorProto ofScalar(String name, float value) {
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(value);
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(TensorProto.DataType.FLOAT.getNumber())
        .setRawData(ByteString.copyFrom(bytes))
        .build();
  }
}
