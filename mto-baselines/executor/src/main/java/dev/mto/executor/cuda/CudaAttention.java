package dev.mto.executor.cuda;

import dev.mto.executor.kernels.ElementType;
import dev.mto.executor.kernels.FusedAttention;
import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Kernels of {@code attention.cu}. Blocks and what they have in shared memory, 38 KB at most, are
 * of the same size on every GPU; a driver gives each block 48 KB without being asked.
 *
 * <p>Plans use them where {@link FusedAttention#choice} does not say otherwise, but not on GPUs
 * whose arithmetic of float32 is slow beside their memory: there writing scores and reading them
 * again takes less time than computing them again, by estimate.
 */
final class CudaAttention implements FusedAttention {
  private static final int TILE = 32; // as in attention.cu
  private static final int THREADS = 64; // as in attention.cu
  private static final int WARP = 32;
  private static final List<Integer> WIDTHS = List.of(32, 64, 128); // as in attention.cu
  private static final Set<Integer> SLOW_FLOAT32 = Set.of(80, 100, 103); // A100, B200, B300
  private static final int STRUCT_BYTES = 4 * Long.BYTES + 10 * Integer.BYTES; // with padding

  private final CudaDevice device;
  private final Grid grid;
  private final Scratch scratch;
  private final boolean used;

  CudaAttention(CudaDevice device, Grid grid, Scratch scratch) {
    this.device = device;
    this.grid = grid;
    this.scratch = scratch;
    this.used = FusedAttention.choice().orElse(!SLOW_FLOAT32.contains(device.capability()));
  }

  @Override
  public boolean takes(long width) {
    return used && width <= WIDTHS.get(WIDTHS.size() - 1);
  }

  @Override
  public Kernel forward(Operands operands, float scale, Tensor out, Tensor logSums) {
    Shape shape = Shape.of(operands);
    requireFloat32(operands, out, logSums);
    return device.kernel(
        "attention_" + shape.kernelWidth(),
        shape.heads() * shape.images() * tiles(shape.queries()),
        THREADS,
        new KernelArguments().with(struct(operands, shape, scale)).with(out, logSums));
  }

  @Override
  public Kernel gradient(
      Operands operands, float scale, Tensor out, Tensor logSums, Tensor gradient, Operands to) {
    Shape shape = Shape.of(operands);
    requireFloat32(operands, out, logSums, gradient);
    requireFloat32(to);
    long rows = logSums.length();
    Tensor deltas = Tensor.onDevice(ElementType.FLOAT32, scratch.require(rows * Float.BYTES), rows);
    ByteBuffer attention = struct(operands, shape, scale);
    ByteBuffer given = KernelArguments.bytes(3 * Long.BYTES);
    given.putLong(gradient.address()).putLong(logSums.address()).putLong(deltas.address());
    List<Kernel> kernels = new ArrayList<>();
    kernels.add(
        grid.elements(
            "attention_deltas",
            WARP * rows,
            new KernelArguments().with(out, gradient, deltas).with(shape.width())));
    long ofImages = shape.heads() * shape.images();
    kernels.add(
        device.kernel(
            "attention_to_queries_" + shape.kernelWidth(),
            ofImages * tiles(shape.queries()),
            THREADS,
            new KernelArguments().with(attention).with(given).with(to.query().first())));
    kernels.add(
        device.kernel(
            "attention_to_keys_" + shape.kernelWidth(),
            ofImages * tiles(shape.keys()),
            THREADS,
            new KernelArguments()
                .with(attention)
                .with(given)
                .with(to.key().first(), to.value().first())));
    if (to.bias() != null) {
      kernels.add(
          device.kernel(
              "attention_to_bias_" + shape.kernelWidth(),
              shape.heads() * tiles(shape.queries()) * tiles(shape.keys()),
              THREADS,
              new KernelArguments()
                  .with(attention)
                  .with(given)
                  .with(to.bias())
                  .with((int) shape.images())));
    }
    return () -> kernels.forEach(Kernel::run);
  }

  private static long tiles(int tokens) {
    return (tokens + TILE - 1L) / TILE;
  }

  /** Extents, all that blocks and threads depend on. */
  private record Shape(long images, long heads, int queries, int keys, int width) {
    static Shape of(Operands operands) {
      long[] tokens = operands.query().tokens().shape();
      return new Shape(
          tokens[0],
          tokens[3],
          operands.query().count(),
          operands.key().count(),
          Math.toIntExact(tokens[4]));
    }

    /** That of a kernel for heads of this width. */
    int kernelWidth() {
      return WIDTHS.stream()
          .filter(w -> width <= w)
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "heads of width %d, where there are kernels up to %s"
                          .formatted(width, WIDTHS)));
    }
  }

  /** The struct Attention of {@code attention.cu}. */
  private static ByteBuffer struct(Operands operands, Shape shape, float scale) {
    Tensor bias = operands.bias();
    return KernelArguments.bytes(STRUCT_BYTES)
        .putLong(operands.query().first().address())
        .putLong(operands.key().first().address())
        .putLong(operands.value().first().address())
        .putLong(bias == null ? 0 : bias.address())
        .putInt(operands.query().stride())
        .putInt(operands.key().stride())
        .putInt(operands.value().stride())
        .putInt(bias == null ? 0 : 1)
        .putInt((int) shape.heads())
        .putInt(shape.queries())
        .putInt(shape.keys())
        .putInt(shape.width())
        .putFloat(scale);
  }

  private static void requireFloat32(Operands operands, Tensor... others) {
    List<Tensor> tensors = new ArrayList<>(List.of(others));
    tensors.add(operands.query().tokens());
    tensors.add(operands.key().tokens());
    tensors.add(operands.value().tokens());
    if (operands.bias() != null) {
      tensors.add(operands.bias());
    }
    for (Tensor tensor : tensors) {
      if (tensor.type() != ElementType.FLOAT32) {
        throw new IllegalStateException(tensor + " where attention needs float32");
      }
    }
  }
}
