package dev.mto.engine.collective;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** What this rank does, and since when. */
final class Activity {
  /** What a rank can be doing. */
  enum Kind {
    BETWEEN_STEPS('b'),
    FIRST_STEP('f'),
    STEP('s'),
    WAITING('w');

    private final char code; // as it is sent

    Kind(char code) {
      this.code = code;
    }

    private static Kind of(char code) {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new IllegalArgumentException("no activity has the code " + (int) code);
    }
  }

  /**
   * What a rank does.
   *
   * @param millis for how long it has been doing it
   */
  record Seen(Kind kind, long millis) {
    private static final int BYTES = 1 + Long.BYTES;

    byte[] bytes() {
      return ByteBuffer.allocate(BYTES).put((byte) kind.code).putLong(millis).array();
    }

    static Seen of(ByteBuffer bytes) {
      return new Seen(Kind.of((char) bytes.get()), bytes.order(ByteOrder.BIG_ENDIAN).getLong());
    }
  }

  private Kind kind = Kind.BETWEEN_STEPS;
  private Kind beforeWaiting = kind;
  private long since = System.nanoTime();
  private long steps;
  private long first;
  private long longest;
  private long worked; // in this step, without waiting

  private synchronized void set(Kind next) {
    long now = System.nanoTime();
    if (kind == Kind.STEP || kind == Kind.FIRST_STEP) {
      worked += now - since;
    }
    kind = next;
    since = now;
  }

  synchronized void stepBegins() {
    worked = 0;
    set(steps == 0 ? Kind.FIRST_STEP : Kind.STEP);
  }

  synchronized void stepEnds() {
    set(Kind.BETWEEN_STEPS);
    if (steps++ == 0) {
      first = worked;
    } else {
      longest = Math.max(longest, worked);
    }
  }

  synchronized void waits() {
    beforeWaiting = kind;
    set(Kind.WAITING);
  }

  synchronized void goesOn() {
    set(beforeWaiting);
  }

  synchronized Seen seen() {
    return new Seen(kind, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since));
  }

  /** The first step, or as much of it as is done, without waiting for others. */
  synchronized Duration firstStep() {
    long going = kind == Kind.FIRST_STEP ? System.nanoTime() - since : 0;
    return Duration.ofNanos(steps == 0 ? worked + going : first);
  }

  /** The longest step after the first, without waiting for others. */
  synchronized Duration longestStep() {
    return Duration.ofNanos(longest);
  }
}
