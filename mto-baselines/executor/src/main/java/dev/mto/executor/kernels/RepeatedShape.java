package dev.mto.executor.kernels;

import java.util.ArrayList;
import java.util.List;

/**
 * Two shapes, the second repeated to the first along its dimensions of extent 1, with neighbouring
 * dimensions that are treated alike taken together: [B, H, T, T] and [1, H, T, T] become [B, HTT]
 * and [1, HTT], for which kernels are fast.
 */
public final class RepeatedShape {
  private final long[] full;
  private final long[] repeated;

  private RepeatedShape(long[] full, long[] repeated) {
    this.full = full;
    this.repeated = repeated;
  }

  /** The first shape. */
  public long[] full() {
    return full;
  }

  /** The second, of the same rank. */
  public long[] repeated() {
    return repeated;
  }

  /**
   * Takes dimensions together.
   *
   * @param full extents
   * @param repeated of the same rank, each extent that of {@code full} or 1
   */
  public static RepeatedShape of(long[] full, long[] repeated) {
    List<long[]> groups = new ArrayList<>();
    for (int i = 0; i < full.length; i++) {
      if (full[i] == 1) {
        continue;
      }
      long[] last = groups.isEmpty() ? null : groups.get(groups.size() - 1);
      boolean repeats = repeated[i] == 1;
      if (last != null && (last[1] == 1) == repeats) {
        last[0] *= full[i];
        last[1] *= repeated[i];
      } else {
        groups.add(new long[] {full[i], repeated[i]});
      }
    }
    if (groups.isEmpty()) {
      groups.add(new long[] {1, 1});
    }
    return new RepeatedShape(
        groups.stream().mapToLong(g -> g[0]).toArray(),
        groups.stream().mapToLong(g -> g[1]).toArray());
  }
}
