package dev.mto.engine.device;

import java.util.Optional;

/**
 * A GPU as its driver describes it.
 *
 * @param index its place in the driver's list, from 0
 * @param name the product's name
 * @param driver the driver's version
 * @param capability its compute capability; empty where the driver is too old to tell (before 510)
 * @param freeMib memory that nobody uses, in MiB; {@link #MEMORY_NOT_TOLD} where it shares the
 *     processor's memory
 * @param totalMib all of its memory, in MiB, likewise
 */
public record Gpu(
    int index,
    String name,
    DriverVersion driver,
    Optional<Capability> capability,
    long freeMib,
    long totalMib) {
  /** The driver says nothing of memory. */
  public static final long MEMORY_NOT_TOLD = -1;

  @Override
  public String toString() {
    return "GPU %d: %s (%s, driver %s, %s)"
        .formatted(
            index,
            name,
            capability.map(c -> "compute capability " + c).orElse("compute capability not told"),
            driver,
            freeMib == MEMORY_NOT_TOLD
                ? "free memory not told"
                : freeMib + " of " + totalMib + " MiB free");
  }
}
