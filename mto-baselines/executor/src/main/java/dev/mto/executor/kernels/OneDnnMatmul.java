package dev.mto.executor.kernels;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_attr;

/** Matrix products with what is joined to them. */
final class OneDnnMatmul {
  private OneDnnMatmul() {}

  static Kernel prepare(Primitives primitives, Kernels.MatrixProduct product, Tensor out) {
    Tensor addend = product.addend();
    boolean accumulate = addend != null && addend.sameMemory(out);
    long[] aShape = Descriptors.matrices(product.a().shape());
    long[] bShape = Descriptors.matrices(product.b().shape());
    long[] outShape = Descriptors.matrices(out.shape());
    memory.desc a = Descriptors.matrix(product.a().type(), aShape, product.transposeA());
    memory.desc b = Descriptors.matrix(product.b().type(), bShape, product.transposeB());
    memory.desc dst = Descriptors.dense(out.type(), outShape);
    long[] biasShape = new long[outShape.length];
    Arrays.fill(biasShape, 1);
    biasShape[outShape.length - 1] = outShape[outShape.length - 1];
    memory.desc bias = product.bias() == null ? null : Descriptors.dense(biasShape);
    primitive matmul =
        primitives.get(
            Primitives.Key.of(
                "matmul",
                List.of(
                    product.a().type(),
                    out.type(),
                    product.transposeA(),
                    product.transposeB(),
                    product.scale(),
                    bias != null,
                    addend != null,
                    accumulate),
                aShape,
                bShape),
            () -> {
              primitive_attr attributes = new primitive_attr();
              if (product.scale() != 1) {
                attributes.set_output_scales(0, new float[] {product.scale()});
              }
              if (addend != null) {
                post_ops after = new post_ops();
                if (accumulate) {
                  after.append_sum();
                } else {
                  after.append_binary(algorithm.binary_add, dst);
                }
                attributes.set_post_ops(after);
              }
              matmul.desc operation =
                  bias == null ? new matmul.desc(a, b, dst) : new matmul.desc(a, b, bias, dst);
              return new matmul(
                  new matmul.primitive_desc(operation, attributes, Descriptors.ENGINE, false));
            });
    Arguments arguments =
        new Arguments()
            .with(DNNL_ARG_SRC, a, product.a())
            .with(DNNL_ARG_WEIGHTS, b, product.b())
            .with(DNNL_ARG_DST, dst, out);
    if (bias != null) {
      arguments.with(DNNL_ARG_BIAS, bias, product.bias());
    }
    if (addend != null && !accumulate) {
      arguments.with(DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE | DNNL_ARG_SRC_1, dst, addend);
    }
    return arguments.run(matmul);
  }
}
