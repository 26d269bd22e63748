package dev.mto.data;

import java.util.concurrent.atomic.LongAdder;

/** Adds up the times of stages over threads. */
final class StageClock {
  private final LongAdder images = new LongAdder();
  private final LongAdder read = new LongAdder();
  private final LongAdder decode = new LongAdder();
  private final LongAdder augment = new LongAdder();
  private final LongAdder toFloat = new LongAdder();
  private final LongAdder mask = new LongAdder();

  /** One image more, with nanoseconds of each stage. */
  void image(long readNanos, long decodeNanos, long augmentNanos, long floatNanos) {
    images.increment();
    read.add(readNanos);
    decode.add(decodeNanos);
    augment.add(augmentNanos);
    toFloat.add(floatNanos);
  }

  void mask(long nanos) {
    mask.add(nanos);
  }

  StageTimes times() {
    return new StageTimes(
        images.sum(), read.sum(), decode.sum(), augment.sum(), toFloat.sum(), mask.sum());
  }
}
