package dev.mto.data;

import java.util.concurrent.ConcurrentLinkedQueue;

/** Arrays of one length that are used again, since making a large one clears it first. */
final class FloatBuffers {
  private final int length;
  private final ConcurrentLinkedQueue<float[]> free = new ConcurrentLinkedQueue<>();

  FloatBuffers(int length) {
    this.length = length;
  }

  /** [length], with values of an earlier use. */
  float[] take() {
    float[] buffer = free.poll();
    return buffer == null ? new float[length] : buffer;
  }

  void giveBack(float[] buffer) {
    free.add(buffer);
  }
}
