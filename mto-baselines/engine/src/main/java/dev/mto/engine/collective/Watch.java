package dev.mto.engine.collective;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Tells a rank's neighbours that it lives, and gives up those of which nothing is heard or that do
 * not finish a step.
 */
final class Watch {
  private static final int STEPS = 10; // as long as so many may a step of another rank be
  private static final int FIRST = 6; // a first step may take so much longer

  private final TcpCollective collective;
  private final Activity activity;
  private final TimeLimits limits;
  private final CountDownLatch over = new CountDownLatch(1);
  private final Thread thread;

  Watch(TcpCollective collective, Activity activity, TimeLimits limits) {
    this.collective = collective;
    this.activity = activity;
    this.limits = limits;
    thread = new Thread(this::run, "mto-watch-" + collective.rank());
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      do {
        collective.peers().forEach(this::look);
      } while (!over.await(limits.beat().toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      return; // the training is over
    }
  }

  private void look(PeerConnection peer) {
    try {
      peer.beat(activity.seen());
    } catch (IOException e) {
      return; // its reader will tell
    }
    Duration silence = peer.silence();
    if (silence.compareTo(limits.silence()) > 0) {
      collective.giveUp(
          peer,
          "nothing was heard of it for %d s; its process stands still, or its machine is cut off"
              .formatted(silence.toSeconds()));
      return;
    }
    Activity.Seen theirs = peer.activity();
    Duration limit = limit(theirs.kind());
    if (limit != null && theirs.millis() > limit.toMillis()) {
      collective.giveUp(
          peer,
          "it lives, but has been %s for %d s"
              .formatted(
                  theirs.kind() == Activity.Kind.BETWEEN_STEPS ? "between steps" : "in a step",
                  theirs.millis() / 1000));
    }
  }

  /** How long a neighbour may do what it does; null for as long as it likes. */
  private Duration limit(Activity.Kind kind) {
    return switch (kind) {
      case WAITING -> null; // for another, which its own neighbours give up
      case BETWEEN_STEPS -> limits.patience();
      case FIRST_STEP -> longer(limits.step().multipliedBy(FIRST), activity.firstStep());
      case STEP -> longer(limits.step(), activity.longestStep());
    };
  }

  private static Duration longer(Duration least, Duration step) {
    Duration steps = step.multipliedBy(STEPS);
    return steps.compareTo(least) > 0 ? steps : least;
  }

  /** Ends, when it has told all neighbours of whom it has given up, or has no more patience. */
  void close(Duration patience) {
    over.countDown();
    try {
      thread.join(patience.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
