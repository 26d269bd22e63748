package dev.mto.executor.kernels;

import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.memory;

/** How oneDNN sees tensors. */
final class Descriptors {
  /** The CPU, as oneDNN sees it. */
  static final engine ENGINE = new engine(engine.kind.cpu, 0);

  private Descriptors() {}

  /** [..., M, K] as one matrix, or as a batch of them. */
  static long[] matrices(long[] shape) {
    int rank = shape.length;
    if (rank == 2) {
      return shape;
    }
    long batch = 1;
    for (int i = 0; i < rank - 2; i++) {
      batch *= shape[i];
    }
    return batch == 1
        ? new long[] {shape[rank - 2], shape[rank - 1]}
        : new long[] {batch, shape[rank - 2], shape[rank - 1]};
  }

  static memory.desc matrix(ElementType type, long[] shape, boolean transposed) {
    if (!transposed) {
      return dense(type, shape);
    }
    int rank = shape.length;
    long[] turned = shape.clone();
    turned[rank - 2] = shape[rank - 1];
    turned[rank - 1] = shape[rank - 2];
    long[] strides = Tensor.strides(shape);
    long[] turnedStrides = strides.clone();
    turnedStrides[rank - 2] = strides[rank - 1];
    turnedStrides[rank - 1] = strides[rank - 2];
    return new memory.desc(turned, dataType(type), turnedStrides, false);
  }

  static memory.desc dense(long... shape) {
    return dense(ElementType.FLOAT32, shape);
  }

  static memory.desc dense(ElementType type, long... shape) {
    return new memory.desc(shape, dataType(type), Tensor.strides(shape), false);
  }

  static memory.data_type dataType(ElementType type) {
    return switch (type) {
      case FLOAT32 -> memory.data_type.f32;
      case BFLOAT16 -> memory.data_type.bf16;
    };
  }

  static memory.desc strided(ElementType type, long rows, long length, long stride) {
    return new memory.desc(
        new long[] {rows, length}, dataType(type), new long[] {stride, 1}, false);
  }

  static long[] flatShape(Tensor x) {
    return new long[] {x.length()};
  }

  static memory.desc flat(Tensor x) {
    return dense(x.type(), flatShape(x));
  }

  /** All but the last dimension as rows. */
  static long[] rows(Tensor x) {
    long last = x.shape()[x.shape().length - 1];
    return new long[] {x.length() / last, last};
  }
}
