package dev.mto.speed.step;

import java.util.Locale;

/** How operations of the graph are executed. */
enum SessionKernels {
  /** Fused kernels where there is one. */
  FAST,
  /** ND4J's own operations only. */
  STANDARD;

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
