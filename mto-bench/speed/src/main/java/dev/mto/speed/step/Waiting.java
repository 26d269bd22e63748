package dev.mto.speed.step;

import java.util.Map;

/** What libtorch's threads do between two pieces of work. */
enum Waiting {
  /** They sleep at once. */
  PASSIVE("sleep at once"),
  /**
   * They spin for about a millisecond first. libtorch calls MKL once for every matrix of a batch,
   * and threads that have to be woken each time can take longer than the product.
   */
  SPINNING("spin briefly");

  private final String text;

  Waiting(String text) {
    this.text = text;
  }

  /** What threads do, for people. */
  String text() {
    return text;
  }

  /** Puts it into the environment of a process. */
  void apply(Map<String, String> environment) {
    switch (this) {
      case PASSIVE -> {
        environment.put("OMP_WAIT_POLICY", "PASSIVE");
        environment.put("GOMP_SPINCOUNT", "0");
      }
      case SPINNING -> {
        environment.remove("OMP_WAIT_POLICY");
        environment.put("GOMP_SPINCOUNT", "20000"); // iterations
        environment.put("KMP_BLOCKTIME", "1"); // milliseconds
      }
    }
  }
}
