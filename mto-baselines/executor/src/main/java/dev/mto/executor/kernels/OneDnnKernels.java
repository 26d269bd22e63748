package dev.mto.executor.kernels;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.eltwise_backward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.normalization_flags;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.layer_normalization_backward;
import org.bytedeco.dnnl.layer_normalization_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.reduction;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.softmax_backward;
import org.bytedeco.dnnl.softmax_forward;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/** Kernels of oneDNN, which writes machine code for the processor that it runs on. */
final class OneDnnKernels implements Kernels {
  private final Primitives primitives = new Primitives();
  private final Memory host = new HostMemory();

  @Override
  public String name() {
    return "oneDNN "
        + org.bytedeco.dnnl.global.dnnl.DNNL_VERSION_MAJOR
        + "."
        + org.bytedeco.dnnl.global.dnnl.DNNL_VERSION_MINOR
        + "."
        + org.bytedeco.dnnl.global.dnnl.DNNL_VERSION_PATCH;
  }

  @Override
  public Memory memory() {
    return host;
  }

  @Override
  public Kernel matmul(MatrixProduct product, Tensor out) {
    return OneDnnMatmul.prepare(primitives, product, out);
  }

  @Override
  public Kernel unary(Unary function, Tensor x, Tensor out) {
    if (function.kind() == Unary.Kind.TRUNCATE) {
      return PlainKernels.truncate(x, out);
    }
    memory.desc all = Descriptors.flat(x);
    primitive forward =
        primitives.get(
            Primitives.Key.of("unary", List.of(function, x.type()), Descriptors.flatShape(x)),
            () -> new eltwise_forward(forward(function, all)));
    return new Arguments().with(DNNL_ARG_SRC, all, x).with(DNNL_ARG_DST, all, out).run(forward);
  }

  @Override
  public Kernel unaryGradient(Unary function, Tensor x, Tensor gradient, Tensor out) {
    memory.desc all = Descriptors.flat(x);
    primitive backward =
        primitives.get(
            Primitives.Key.of(
                "unary gradient", List.of(function, x.type()), Descriptors.flatShape(x)),
            () ->
                new eltwise_backward(
                    new eltwise_backward.primitive_desc(
                        new eltwise_backward.desc(
                            algorithm(function), all, all, function.alpha(), beta(function)),
                        Descriptors.ENGINE,
                        forward(function, all),
                        false)));
    return new Arguments()
        .with(DNNL_ARG_SRC, all, x)
        .with(DNNL_ARG_DIFF_DST, all, gradient)
        .with(DNNL_ARG_DIFF_SRC, all, out)
        .run(backward);
  }

  private eltwise_forward.primitive_desc forward(Unary function, memory.desc all) {
    return new eltwise_forward.primitive_desc(
        new eltwise_forward.desc(
            prop_kind.forward_training, algorithm(function), all, function.alpha(), beta(function)),
        Descriptors.ENGINE,
        false);
  }

  /**
   * A reciprocal is the power -1, which oneDNN divides for. It must not be given other powers: its
   * generated code calls the C library with a misaligned stack, which crashes for negative numbers.
   */
  private static float beta(Unary function) {
    return function.kind() == Unary.Kind.RECIPROCAL ? -1 : function.beta();
  }

  private static algorithm algorithm(Unary function) {
    return switch (function.kind()) {
      case LINEAR -> algorithm.eltwise_linear;
      case RECIPROCAL -> algorithm.eltwise_pow;
      case EXP -> algorithm.eltwise_exp;
      case LOG -> algorithm.eltwise_log;
      case SOFTPLUS -> algorithm.eltwise_soft_relu;
      case SQUARE_ROOT -> algorithm.eltwise_sqrt;
      case SQUARE -> algorithm.eltwise_square;
      case ABSOLUTE -> algorithm.eltwise_abs;
      case RELU -> algorithm.eltwise_relu;
      case GELU -> algorithm.eltwise_gelu_erf;
      case TRUNCATE -> throw new IllegalArgumentException("truncation has no gradient");
    };
  }

  @Override
  public Kernel binary(Binary function, Tensor a, Tensor b, Tensor out) {
    RepeatedShape shapes = RepeatedShape.of(a.shape(), b.shape());
    memory.desc full = Descriptors.dense(shapes.full());
    memory.desc repeated = Descriptors.dense(b.type(), shapes.repeated());
    primitive binary =
        primitives.get(
            Primitives.Key.of(
                "binary", List.of(function, b.type()), shapes.full(), shapes.repeated()),
            () ->
                new binary(
                    new binary.primitive_desc(
                        new binary.desc(
                            switch (function) {
                              case ADD -> algorithm.binary_add;
                              case SUBTRACT -> algorithm.binary_sub;
                              case MULTIPLY -> algorithm.binary_mul;
                              case DIVIDE -> algorithm.binary_div;
                            },
                            full,
                            repeated,
                            full),
                        Descriptors.ENGINE,
                        false)));
    return new Arguments()
        .with(DNNL_ARG_SRC_0, full, a)
        .with(DNNL_ARG_SRC_1, repeated, b)
        .with(DNNL_ARG_DST, full, out)
        .run(binary);
  }

  @Override
  public Kernel multiplyAdd(Tensor a, Tensor b, Tensor c, Tensor out) {
    RepeatedShape shapes = RepeatedShape.of(a.shape(), b.shape());
    memory.desc full = Descriptors.dense(shapes.full());
    memory.desc repeated = Descriptors.dense(shapes.repeated());
    primitive fused =
        primitives.get(
            Primitives.Key.of("multiply and add", List.of(), shapes.full(), shapes.repeated()),
            () -> {
              post_ops after = new post_ops();
              after.append_binary(algorithm.binary_add, full);
              primitive_attr attributes = new primitive_attr();
              attributes.set_post_ops(after);
              return new binary(
                  new binary.primitive_desc(
                      new binary.desc(algorithm.binary_mul, full, repeated, full),
                      attributes,
                      Descriptors.ENGINE,
                      false));
            });
    return new Arguments()
        .with(DNNL_ARG_SRC_0, full, a)
        .with(DNNL_ARG_SRC_1, repeated, b)
        .with(DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE | DNNL_ARG_SRC_1, full, c)
        .with(DNNL_ARG_DST, full, out)
        .run(fused);
  }

  @Override
  public Kernel softmax(Tensor x, Tensor out) {
    memory.desc rows = Descriptors.dense(Descriptors.rows(x));
    primitive softmax =
        primitives.get(
            Primitives.Key.of("softmax", List.of(), Descriptors.rows(x)),
            () -> new softmax_forward(softmax(rows)));
    return new Arguments().with(DNNL_ARG_SRC, rows, x).with(DNNL_ARG_DST, rows, out).run(softmax);
  }

  @Override
  public Kernel softmaxGradient(Tensor y, Tensor gradient, Tensor out) {
    memory.desc rows = Descriptors.dense(y.type(), Descriptors.rows(y));
    primitive backward =
        primitives.get(
            Primitives.Key.of("softmax gradient", List.of(y.type()), Descriptors.rows(y)),
            () ->
                new softmax_backward(
                    new softmax_backward.primitive_desc(
                        new softmax_backward.desc(rows, rows, 1),
                        Descriptors.ENGINE,
                        softmax(rows),
                        false)));
    return new Arguments()
        .with(DNNL_ARG_DST, rows, y)
        .with(DNNL_ARG_DIFF_DST, rows, gradient)
        .with(DNNL_ARG_DIFF_SRC, rows, out)
        .run(backward);
  }

  private softmax_forward.primitive_desc softmax(memory.desc rows) {
    return new softmax_forward.primitive_desc(
        new softmax_forward.desc(prop_kind.forward_training, rows, 1), Descriptors.ENGINE, false);
  }

  @Override
  public Kernel layerNorm(
      Tensor x,
      Tensor weight,
      Tensor bias,
      float epsilon,
      Tensor out,
      Tensor mean,
      Tensor variance) {
    memory.desc rows = Descriptors.dense(Descriptors.rows(x));
    memory.desc statistics = Descriptors.dense(Descriptors.rows(x)[0]);
    memory.desc channels = Descriptors.dense(Descriptors.rows(x)[1]);
    primitive forward =
        primitives.get(
            Primitives.Key.of("layer norm", List.of(epsilon), Descriptors.rows(x)),
            () -> new layer_normalization_forward(layerNorm(rows, statistics, epsilon)));
    return new Arguments()
        .with(DNNL_ARG_SRC, rows, x)
        .with(DNNL_ARG_SCALE, channels, weight)
        .with(DNNL_ARG_SHIFT, channels, bias)
        .with(DNNL_ARG_DST, rows, out)
        .with(DNNL_ARG_MEAN, statistics, mean)
        .with(DNNL_ARG_VARIANCE, statistics, variance)
        .run(forward);
  }

  @Override
  public Kernel layerNormGradient(
      LayerNormInputs inputs, Tensor gradient, Tensor out, Tensor weightOut, Tensor biasOut) {
    memory.desc rows = Descriptors.dense(Descriptors.rows(inputs.x()));
    memory.desc statistics = Descriptors.dense(Descriptors.rows(inputs.x())[0]);
    memory.desc channels = Descriptors.dense(Descriptors.rows(inputs.x())[1]);
    float epsilon = inputs.epsilon();
    primitive backward =
        primitives.get(
            Primitives.Key.of(
                "layer norm gradient", List.of(epsilon), Descriptors.rows(inputs.x())),
            () ->
                new layer_normalization_backward(
                    new layer_normalization_backward.primitive_desc(
                        new layer_normalization_backward.desc(
                            prop_kind.backward.value,
                            rows,
                            rows,
                            statistics,
                            epsilon,
                            scaleAndShift()),
                        Descriptors.ENGINE,
                        layerNorm(rows, statistics, epsilon),
                        false)));
    return new Arguments()
        .with(DNNL_ARG_SRC, rows, inputs.x())
        .with(DNNL_ARG_SCALE, channels, inputs.weight())
        .with(DNNL_ARG_SHIFT, channels, inputs.bias())
        .with(DNNL_ARG_MEAN, statistics, inputs.mean())
        .with(DNNL_ARG_VARIANCE, statistics, inputs.variance())
        .with(DNNL_ARG_DIFF_DST, rows, gradient)
        .with(DNNL_ARG_DIFF_SRC, rows, out)
        .with(DNNL_ARG_DIFF_SCALE, channels, weightOut)
        .with(DNNL_ARG_DIFF_SHIFT, channels, biasOut)
        .run(backward);
  }

  private layer_normalization_forward.primitive_desc layerNorm(
      memory.desc rows, memory.desc statistics, float epsilon) {
    return new layer_normalization_forward.primitive_desc(
        new layer_normalization_forward.desc(
            prop_kind.forward_training.value, rows, statistics, epsilon, scaleAndShift()),
        Descriptors.ENGINE,
        false);
  }

  private static int scaleAndShift() {
    return normalization_flags.use_scale.value | normalization_flags.use_shift.value;
  }

  @Override
  public Kernel rowEntropy(Tensor scores, Tensor out, Tensor probabilities) {
    Kernel softmax = softmax(scores, probabilities);
    Kernel entropy = PlainKernels.entropyOfSoftmax(scores, probabilities, out);
    return () -> {
      softmax.run();
      entropy.run();
    };
  }

  @Override
  public Kernel rowEntropyGradient(
      Tensor scores, Tensor probabilities, Tensor entropy, Tensor gradient, Tensor out) {
    return PlainKernels.entropyGradient(scores, probabilities, entropy, gradient, out);
  }

  @Override
  public Kernel rowSum(Tensor x, float factor, Tensor out) {
    Kernel sum = reduceRows(algorithm.reduction_sum, x, out);
    if (factor == 1) {
      return sum;
    }
    Kernel scale = unary(Unary.linear(factor, 0), out, out);
    return () -> {
      sum.run();
      scale.run();
    };
  }

  @Override
  public Kernel rowMaximum(Tensor x, Tensor out) {
    return reduceRows(algorithm.reduction_max, x, out);
  }

  private Kernel reduceRows(algorithm function, Tensor x, Tensor out) {
    long[] shape = Descriptors.rows(x);
    if (shape[1] == 1) {
      return unary(Unary.linear(1, 0), x, out);
    }
    memory.desc rows = Descriptors.dense(shape);
    memory.desc column = Descriptors.dense(shape[0], 1);
    primitive reduction =
        primitives.get(
            Primitives.Key.of("reduce rows", List.of(function), shape),
            () ->
                new reduction(
                    new reduction.primitive_desc(
                        new reduction.desc(function, rows, column, 0, 0),
                        Descriptors.ENGINE,
                        false)));
    return new Arguments()
        .with(DNNL_ARG_SRC, rows, x)
        .with(DNNL_ARG_DST, column, out)
        .run(reduction);
  }

  @Override
  public Kernel cast(Tensor x, Tensor out) {
    memory.desc from = Descriptors.flat(x);
    memory.desc to = Descriptors.flat(out);
    return reorder(
        Primitives.Key.of("cast", List.of(x.type(), out.type()), Descriptors.flatShape(x)),
        from,
        x.pointer(),
        to,
        out.pointer());
  }

  @Override
  public Kernel permute(Tensor x, int[] order, Tensor out) {
    long[] strides = Tensor.strides(x.shape());
    long[] permuted = new long[order.length];
    for (int i = 0; i < order.length; i++) {
      permuted[i] = strides[order[i]];
    }
    memory.desc to = Descriptors.dense(out.type(), out.shape());
    memory.desc from =
        new memory.desc(out.shape(), Descriptors.dataType(x.type()), permuted, false);
    return reorder(
        Primitives.Key.of("permute", List.of(x.type(), out.type()), out.shape(), permuted),
        from,
        x.pointer(),
        to,
        out.pointer());
  }

  @Override
  public Kernel copyRows(Rows from, Rows to, long rows, long length) {
    ElementType type = from.tensor().type();
    boolean adjoining = from.stride() == length && to.stride() == length;
    if (rows == 1 || adjoining) {
      Pointer source = from.tensor().at(from.start()).pointer();
      Pointer target = to.tensor().at(to.start()).pointer();
      return () -> Pointer.memcpy(target, source, rows * length * type.bytes());
    }
    memory.desc source = Descriptors.strided(type, rows, length, from.stride());
    memory.desc target = Descriptors.strided(type, rows, length, to.stride());
    return reorder(
        Primitives.Key.of(
            "copy", List.of(type), new long[] {rows, length, from.stride(), to.stride()}),
        source,
        from.tensor().at(from.start()).pointer(),
        target,
        to.tensor().at(to.start()).pointer());
  }

  private Kernel reorder(
      Primitives.Key key, memory.desc from, Pointer source, memory.desc to, Pointer target) {
    memory input = new memory(from, Descriptors.ENGINE, source);
    memory output = new memory(to, Descriptors.ENGINE, target);
    primitive reorder =
        primitives.get(key, () -> new reorder(new reorder.primitive_desc(input, output)));
    return new Arguments().with(DNNL_ARG_FROM, input).with(DNNL_ARG_TO, output).run(reorder);
  }

  @Override
  public Kernel zeroRows(Rows to, long rows, long length) {
    List<FloatPointer> starts = new ArrayList<>();
    if (to.stride() == length) {
      starts.add(to.tensor().memory().getPointer(to.start()));
      return () -> Pointer.memset(starts.get(0), 0, rows * length * Float.BYTES);
    }
    for (long row = 0; row < rows; row++) {
      starts.add(to.tensor().memory().getPointer(to.start() + row * to.stride()));
    }
    return () -> starts.forEach(start -> Pointer.memset(start, 0, length * Float.BYTES));
  }

  @Override
  public Kernel gather(Selection selection, Tensor x, Tensor out) {
    return new SelectedRows(selection, out, x)::gather;
  }

  @Override
  public Kernel scatter(Selection selection, Tensor x, Tensor out) {
    return new SelectedRows(selection, x, out)::scatter;
  }

  @Override
  public Kernel merge(Selection one, Tensor x, Selection other, Tensor y, Tensor out) {
    SelectedRows first = new SelectedRows(one, x, out);
    SelectedRows second = new SelectedRows(other, y, out);
    return () -> {
      first.put();
      second.put();
    };
  }

  @Override
  public void close() {
    primitives.close();
  }
}
