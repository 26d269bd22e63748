package dev.mto.spark;

import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.FolderLock;
import dev.mto.spark.hadoop.RemoteFolder;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a second job out of a run's folder on storage that has no locks: a file that the job makes,
 * renews while it lives and deletes in the end. One that is not renewed is of a job that was
 * killed, and is taken over; clocks are not compared.
 */
final class Claim implements AutoCloseable {
  /** The file of the claim. */
  static final String NAME = "run.claim";

  private static final Logger LOG = LoggerFactory.getLogger(Claim.class);

  private final RemoteFolder folder;
  private final Times times;
  private final String id = UUID.randomUUID().toString();
  private final String owner;
  private final CountDownLatch over = new CountDownLatch(1);
  private final Thread thread;
  private volatile boolean lost;

  /**
   * How long things take.
   *
   * @param beat between two renewals
   * @param patience until a claim that is not renewed is of a job that is dead
   * @param settling until a claim that two have made at once is the last one's
   */
  record Times(Duration beat, Duration patience, Duration settling) {
    static Times usual() {
      return new Times(Duration.ofSeconds(15), Duration.ofSeconds(60), Duration.ofSeconds(5));
    }
  }

  private Claim(RemoteFolder folder, Times times) {
    this.folder = folder;
    this.times = times;
    this.owner =
        "process %d on %s since %s"
            .formatted(
                ProcessHandle.current().pid(),
                FolderLock.host(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS));
    thread = new Thread(this::renew, "mto-claim");
    thread.setDaemon(true);
  }

  /**
   * Takes a folder.
   *
   * @param tell is told where it takes its time, or was another's
   * @throws UserException where another job has it
   */
  static Claim of(RemoteFolder folder, Times times, Consumer<String> tell) {
    Claim claim = new Claim(folder, times);
    boolean sure = folder.putNew(NAME, claim.text(0)) && folder.isExclusive();
    if (!sure) {
      if (!claim.isMine()) {
        claim.takeOver(tell);
      }
      pause(times.settling());
      if (!claim.isMine()) {
        throw claim.inUse();
      }
    }
    claim.thread.start();
    return claim;
  }

  /** Waits whether the one that has it lives. */
  private void takeOver(Consumer<String> tell) {
    String before = text();
    tell.accept(
        "%s: another job has been here (%s); waiting up to %d s to see whether it lives"
            .formatted(folder.root(), owner(before), times.patience().toSeconds()));
    long deadline = System.nanoTime() + times.patience().toNanos();
    while (System.nanoTime() < deadline) {
      pause(times.beat().dividedBy(5));
      String now = text();
      if (now.isEmpty() && !before.isEmpty()) {
        break; // it has ended in good order
      }
      if (!now.equals(before)) {
        throw inUse();
      }
    }
    tell.accept(folder.root() + ": it does not; going on in its place");
    folder.put(NAME, text(0));
  }

  private UserException inUse() {
    return new UserException(
        "%s: is in use by another job (%s); wait for it or stop it, or name another --out"
            .formatted(folder.root(), owner(text())));
  }

  private String text(long beats) {
    return "%s\n%s\nrenewed %d times\n".formatted(id, owner, beats);
  }

  /** What the file says; nothing where there is none. */
  private String text() {
    return folder.read(NAME).orElse("");
  }

  private boolean isMine() {
    return text().startsWith(id);
  }

  private static String owner(String text) {
    return text.lines().skip(1).findFirst().orElse("which has just begun");
  }

  private void renew() {
    try {
      for (long beats = 1; !over.await(times.beat().toMillis(), TimeUnit.MILLISECONDS); beats++) {
        try {
          lost = !isMine();
          if (lost) {
            return;
          }
          folder.put(NAME, text(beats));
        } catch (FileException e) {
          LOG.debug("the claim is not renewed", e); // the next time
        }
      }
    } catch (InterruptedException e) {
      return; // the job is over
    }
  }

  /**
   * Asks whether the folder is still this job's.
   *
   * @throws UserException where another has taken it, as after a long standstill of this process
   */
  void require() {
    if (lost) {
      throw inUse();
    }
  }

  boolean isLost() {
    return lost;
  }

  private static void pause(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a folder was claimed", e);
    }
  }

  /** Gives the folder back. */
  @Override
  public void close() {
    over.countDown();
    try {
      thread.join();
      if (!lost && isMine()) {
        folder.delete(NAME);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (FileException e) {
      return; // the next job waits a minute
    }
  }
}
