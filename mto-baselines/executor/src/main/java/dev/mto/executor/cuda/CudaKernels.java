package dev.mto.executor.cuda;

import dev.mto.executor.kernels.Binary;
import dev.mto.executor.kernels.ElementType;
import dev.mto.executor.kernels.FusedAttention;
import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.KernelSequence;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Memory;
import dev.mto.executor.kernels.Selection;
import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.kernels.Unary;
import dev.mto.executor.kernels.Updates;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Kernels of {@code kernels.cu} on an NVIDIA GPU, and cuBLASLt's products. A kernel that was run is
 * done some time later, after those that were run before; {@link #finish} and downloads wait for
 * it.
 */
final class CudaKernels implements Kernels {
  private static final int WIDEST_LAYER_NORM = 4096; // as in kernels.cu

  private final CudaDevice device;
  private final Grid grid;
  private final CudaMemory memory;
  private final Scratch scratch;
  private final CudaProducts products;
  private final CudaSelections selections;
  private final CudaUpdates updates;
  private final CudaAttention attention;

  /** Kernels on a device, which is closed with them, and where they cannot be made. */
  CudaKernels(CudaDevice device) {
    this.device = device;
    this.grid = new Grid(device);
    this.memory = new CudaMemory(device, grid);
    this.scratch = new Scratch(device);
    this.selections = new CudaSelections(device);
    this.updates = new CudaUpdates(device, scratch);
    try {
      this.attention = new CudaAttention(device, grid, scratch);
      this.products = new CudaProducts(device, grid, scratch);
    } catch (RuntimeException e) {
      device.close();
      throw e;
    }
  }

  @Override
  public String name() {
    return "CUDA on " + device.name();
  }

  @Override
  public Memory memory() {
    return memory;
  }

  @Override
  public Optional<Updates> updates() {
    return Optional.of(updates);
  }

  @Override
  public Optional<FusedAttention> fusedAttention() {
    return Optional.of(attention);
  }

  @Override
  public KernelSequence together(List<Kernel> kernels) {
    return new CudaGraph(device, kernels);
  }

  @Override
  public void forget() {
    scratch.close();
    selections.close();
  }

  @Override
  public boolean hasFailed() {
    return device.hasFailed();
  }

  @Override
  public void finish() {
    device.finish();
  }

  @Override
  public Kernel matmul(MatrixProduct product, Tensor out) {
    requireType(product.a().type(), product.b());
    if (product.bias() != null) {
      requireFloat32(product.bias());
    }
    return products.prepare(product, out);
  }

  @Override
  public Kernel unary(Unary function, Tensor x, Tensor out) {
    requireType(x.type(), out);
    return grid.elements(
        typed("unary", x),
        x.length(),
        new KernelArguments()
            .with(Functions.number(function.kind()))
            .with(function.alpha())
            .with(function.beta())
            .with(x, out));
  }

  @Override
  public Kernel unaryGradient(Unary function, Tensor x, Tensor gradient, Tensor out) {
    if (function.kind() == Unary.Kind.TRUNCATE) {
      throw new IllegalArgumentException("truncation has no gradient");
    }
    requireType(x.type(), gradient, out);
    return grid.elements(
        typed("unary_gradient", x),
        x.length(),
        new KernelArguments()
            .with(Functions.number(function.kind()))
            .with(function.alpha())
            .with(x, gradient, out));
  }

  @Override
  public Kernel binary(Binary function, Tensor a, Tensor b, Tensor out) {
    requireFloat32(a, out);
    return grid.elements(
        typed("binary", b),
        a.length(),
        new KernelArguments()
            .with(Functions.number(function))
            .with(a, b, out)
            .with(Strided.repeated(a.shape(), b.shape())));
  }

  @Override
  public Kernel multiplyAdd(Tensor a, Tensor b, Tensor c, Tensor out) {
    requireFloat32(a, b, c, out);
    return grid.elements(
        "multiply_add",
        a.length(),
        new KernelArguments().with(a, b, c, out).with(Strided.repeated(a.shape(), b.shape())));
  }

  @Override
  public Kernel softmax(Tensor x, Tensor out) {
    requireFloat32(x, out);
    return rows("softmax", x, new KernelArguments().with(x, out));
  }

  @Override
  public Kernel softmaxGradient(Tensor y, Tensor gradient, Tensor out) {
    requireType(y.type(), gradient, out);
    return rows(typed("softmax_gradient", y), y, new KernelArguments().with(y, gradient, out));
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
    requireFloat32(x, weight, bias, out, mean, variance);
    return rows(
        "layer_norm",
        x,
        new KernelArguments().with(x, weight, bias).with(epsilon).with(out, mean, variance));
  }

  @Override
  public Kernel layerNormGradient(
      LayerNormInputs inputs, Tensor gradient, Tensor out, Tensor weightOut, Tensor biasOut) {
    requireFloat32(inputs.x(), inputs.weight(), inputs.mean(), inputs.variance());
    requireFloat32(gradient, out, weightOut, biasOut);
    int columns = columns(inputs.x());
    int rows = Math.toIntExact(inputs.x().length() / columns);
    if (columns > WIDEST_LAYER_NORM) {
      throw new CudaException(
          "a layer normalisation of width %d is too wide for the GPU, which takes up to %d; use"
                  .formatted(columns, WIDEST_LAYER_NORM)
              + " a narrower model or run on the CPU");
    }
    int blocks = grid.blocksSharing(rows);
    Tensor parts =
        Tensor.onDevice(
            ElementType.FLOAT32,
            scratch.require(2L * blocks * columns * Float.BYTES),
            2,
            blocks,
            columns);
    Kernel gradients =
        grid.sharedRows(
            "layer_norm_gradient",
            blocks,
            rows,
            columns,
            new KernelArguments()
                .with(inputs.x(), inputs.weight())
                .with(inputs.epsilon())
                .with(inputs.mean(), inputs.variance(), gradient, out, parts));
    Kernel toWeight = sumOfRows(parts.at(0, blocks, columns), weightOut);
    Kernel toBias = sumOfRows(parts.at((long) blocks * columns, blocks, columns), biasOut);
    return () -> {
      gradients.run();
      toWeight.run();
      toBias.run();
    };
  }

  private Kernel sumOfRows(Tensor x, Tensor out) {
    int columns = columns(x);
    int blocks = (columns + Grid.THREADS - 1) / Grid.THREADS;
    return grid.sharedRows(
        "sum_of_rows", blocks, (int) x.shape()[0], columns, new KernelArguments().with(x, out));
  }

  @Override
  public Kernel rowEntropy(Tensor scores, Tensor out, Tensor probabilities) {
    requireFloat32(scores, out, probabilities);
    return rows("row_entropy", scores, new KernelArguments().with(scores, out, probabilities));
  }

  @Override
  public Kernel rowEntropyGradient(
      Tensor scores, Tensor probabilities, Tensor entropy, Tensor gradient, Tensor out) {
    requireFloat32(scores, probabilities, entropy, gradient, out);
    return rows(
        "row_entropy_gradient",
        scores,
        new KernelArguments().with(scores, probabilities, entropy, gradient, out));
  }

  @Override
  public Kernel rowSum(Tensor x, float factor, Tensor out) {
    requireFloat32(x, out);
    return rows("row_sum", x, new KernelArguments().with(x).with(factor).with(out));
  }

  @Override
  public Kernel rowMaximum(Tensor x, Tensor out) {
    requireFloat32(x, out);
    return rows("row_maximum", x, new KernelArguments().with(x, out));
  }

  @Override
  public Kernel cast(Tensor x, Tensor out) {
    long[] flat = {x.length()};
    return permute(x.reshaped(flat), new int[] {0}, out.reshaped(flat));
  }

  @Override
  public Kernel permute(Tensor x, int[] order, Tensor out) {
    return grid.elements(
        typed(typed("permute", x), out),
        x.length(),
        new KernelArguments().with(x, out).with(Strided.permuted(x.shape(), order)));
  }

  @Override
  public Kernel copyRows(Rows from, Rows to, long rows, long length) {
    requireType(from.tensor().type(), to.tensor());
    return grid.elements(
        typed("copy_rows", from.tensor()),
        rows * length,
        new KernelArguments()
            .with(from.tensor().at(from.start()))
            .with(from.stride())
            .with(to.tensor().at(to.start()))
            .with(to.stride())
            .with(length));
  }

  @Override
  public Kernel zeroRows(Rows to, long rows, long length) {
    requireFloat32(to.tensor());
    return grid.elements(
        "zero_rows",
        rows * length,
        new KernelArguments().with(to.tensor().at(to.start())).with(to.stride()).with(length));
  }

  @Override
  public Kernel gather(Selection selection, Tensor x, Tensor out) {
    return selected("gather", selection, x, out, out.length());
  }

  @Override
  public Kernel scatter(Selection selection, Tensor x, Tensor out) {
    return inTurn(
        zeroRows(new Rows(out, 0, out.length()), 1, out.length()),
        selected("put", selection, x, out, x.length()));
  }

  @Override
  public Kernel merge(Selection one, Tensor x, Selection other, Tensor y, Tensor out) {
    return inTurn(
        selected("put", one, x, out, x.length()), selected("put", other, y, out, y.length()));
  }

  private static Kernel inTurn(Kernel first, Kernel second) {
    return new Kernel() {
      @Override
      public void prepare() {
        first.prepare();
        second.prepare();
      }

      @Override
      public void run() {
        first.run();
        second.run();
      }
    };
  }

  /** Indices that have changed are brought over first. */
  private Kernel selected(String kernel, Selection selection, Tensor x, Tensor out, long count) {
    requireFloat32(x, out);
    CudaSelections.Indices indices = selections.of(selection);
    Kernel copy =
        grid.elements(
            kernel,
            count,
            new KernelArguments()
                .with(indices.address())
                .with(x, out)
                .with(selection.selected())
                .with(selection.tokens())
                .with(columns(x)));
    return withIndices(copy, () -> indices.refresh(selection));
  }

  private static Kernel withIndices(Kernel copy, Runnable refresh) {
    return new Kernel() {
      @Override
      public void prepare() {
        refresh.run();
      }

      @Override
      public void run() {
        prepare();
        copy.run();
      }
    };
  }

  private Kernel rows(String kernel, Tensor x, KernelArguments arguments) {
    long[] shape = x.shape();
    long rows = Tensor.length(Arrays.copyOf(shape, shape.length - 1));
    return grid.rows(kernel, rows, columns(x), arguments);
  }

  private static int columns(Tensor x) {
    return Math.toIntExact(x.shape()[x.shape().length - 1]);
  }

  /** The name of the function for elements of a tensor's type. */
  private static String typed(String kernel, Tensor x) {
    return kernel + "_" + x.type().name().toLowerCase(Locale.ROOT);
  }

  private static void requireFloat32(Tensor... tensors) {
    requireType(ElementType.FLOAT32, tensors);
  }

  private static void requireType(ElementType type, Tensor... tensors) {
    for (Tensor tensor : tensors) {
      if (tensor.type() != type) {
        throw new IllegalStateException(tensor + " where a kernel needs another type");
      }
    }
  }

  @Override
  public void close() {
    updates.close();
    selections.close();
    products.close();
    scratch.close();
    device.close();
  }
}
