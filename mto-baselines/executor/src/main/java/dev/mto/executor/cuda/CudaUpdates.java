package dev.mto.executor.cuda;

import com.sun.jna.Memory;
import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.kernels.Updates;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The last kernels of {@code kernels.cu}. Tensors are cut into pieces, of which a table in the
 * memory of the device tells each block its own; a table is made once for a list of tensors.
 */
final class CudaUpdates implements Updates, AutoCloseable {
  private static final int PIECE = 8192; // elements
  private static final int PIECE_BYTES = 5 * Long.BYTES; // as in kernels.cu
  private static final int MOST_TABLES = 256; // AdamW has one for each rate and decay of layers

  private final CudaDevice device;
  private final Scratch scratch;
  private final Map<List<Together>, Table> tables = new HashMap<>();

  /** Addresses of tensors that belong together, 0 for none, and their length. */
  private record Together(long a, long b, long c, long d, long length) {
    static Together of(Tensor first, Tensor... others) {
      long[] addresses = new long[3];
      for (int i = 0; i < others.length; i++) {
        if (others[i].length() != first.length()) {
          throw new IllegalArgumentException(others[i] + " is not as long as " + first);
        }
        addresses[i] = others[i].address();
      }
      return new Together(
          first.address(), addresses[0], addresses[1], addresses[2], first.length());
    }
  }

  private record Table(long address, int pieces) {}

  CudaUpdates(CudaDevice device, Scratch scratch) {
    this.device = device;
    this.scratch = scratch;
  }

  @Override
  public void accumulate(List<Tensor> sums, List<Tensor> x, float factor, boolean add) {
    Table table = table(pairs(sums, x));
    run("accumulate", table, arguments(table).with(factor).with(add ? 1 : 0));
  }

  @Override
  public void clipFactor(List<Tensor> gradients, Tensor loss, float largest, Tensor out) {
    Table table = table(gradients.stream().map(gradient -> Together.of(gradient)).toList());
    long parts = scratch.require((long) Float.BYTES * table.pieces());
    run("squares", table, arguments(table).with(parts));
    device
        .kernel(
            "clip_factor",
            1,
            Grid.THREADS,
            new KernelArguments()
                .with(parts)
                .with(loss)
                .with(largest)
                .with(out)
                .with(table.pieces()))
        .run();
  }

  @Override
  public void adamW(List<Moved> moved, Tensor clip, AdamWStep step) {
    Table table =
        table(
            moved.stream()
                .map(m -> Together.of(m.parameter(), m.mean(), m.square(), m.gradient()))
                .toList());
    run(
        "adamw",
        table,
        arguments(table)
            .with(clip)
            .with((float) step.beta1())
            .with((float) (1 - step.beta1()))
            .with((float) step.beta2())
            .with((float) (1 - step.beta2()))
            .with(step.epsilon())
            .with(step.correction())
            .with(step.kept())
            .with(step.rate()));
  }

  @Override
  public void lars(Tensor parameter, Tensor moment, Tensor gradient, Tensor clip, LarsStep step) {
    Table table = table(List.of(Together.of(parameter, moment, gradient)));
    long parts = scratch.require(2L * Float.BYTES * table.pieces());
    if (step.trust() > 0) {
      run("lars_squares", table, arguments(table).with(clip).with(step.decay()).with(parts));
    }
    run(
        "lars",
        table,
        arguments(table)
            .with(clip)
            .with(parts)
            .with(step.momentum())
            .with(step.trust())
            .with(step.decay())
            .with(step.rate())
            .with(table.pieces()));
  }

  @Override
  public void movingAverage(List<Tensor> teacher, List<Tensor> student, float kept, float taken) {
    Table table = table(pairs(teacher, student));
    run("moving_average", table, arguments(table).with(kept).with(taken));
  }

  private static List<Together> pairs(List<Tensor> first, List<Tensor> second) {
    List<Together> pairs = new ArrayList<>();
    for (int i = 0; i < first.size(); i++) {
      pairs.add(Together.of(first.get(i), second.get(i)));
    }
    return pairs;
  }

  private static KernelArguments arguments(Table table) {
    return new KernelArguments().with(table.address());
  }

  private void run(String function, Table table, KernelArguments arguments) {
    if (table.pieces() > 0) {
      device.kernel(function, table.pieces(), Grid.THREADS, arguments).run();
    }
  }

  private Table table(List<Together> tensors) {
    Table known = tables.get(tensors);
    if (known == null) {
      if (tables.size() == MOST_TABLES) {
        close();
      }
      known = make(tensors);
      tables.put(tensors, known);
    }
    return known;
  }

  private Table make(List<Together> tensors) {
    long pieces = 0;
    for (Together tensor : tensors) {
      pieces += (tensor.length() + PIECE - 1) / PIECE;
    }
    Memory host = new Memory(Math.max(1, pieces) * PIECE_BYTES);
    ByteBuffer table = host.getByteBuffer(0, host.size());
    for (Together tensor : tensors) {
      for (long from = 0; from < tensor.length(); from += PIECE) {
        table.putLong(after(tensor.a(), from));
        table.putLong(after(tensor.b(), from));
        table.putLong(after(tensor.c(), from));
        table.putLong(after(tensor.d(), from));
        table.putLong(Math.min(PIECE, tensor.length() - from));
      }
    }
    long address = device.allocate("tables of the optimizer", host.size());
    device.upload(host, address, host.size());
    return new Table(address, Math.toIntExact(pieces));
  }

  private static long after(long address, long elements) {
    return address == 0 ? 0 : address + elements * Float.BYTES;
  }

  @Override
  public void close() {
    tables.values().forEach(table -> device.free(table.address()));
    tables.clear();
  }
}
