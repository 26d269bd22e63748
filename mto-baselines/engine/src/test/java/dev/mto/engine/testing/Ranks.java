package dev.mto.engine.testing;

import dev.mto.engine.collective.Collective;
import dev.mto.engine.collective.ListeningPort;
import dev.mto.engine.collective.PeerAddress;
import dev.mto.engine.collective.PortRange;
import dev.mto.engine.collective.TcpCollective;
import dev.mto.engine.collective.TimeLimits;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Ranks of a training as threads of this process, connected over loopback. */
public final class Ranks {
  private static final byte[] TOKEN = {3, 1, 4, 1, 5};

  private Ranks() {}

  /** What a rank does. */
  public interface Work<T> {
    /** Takes part; the collective is closed afterwards. */
    T of(Collective collective) throws Exception;
  }

  /**
   * What became of a rank.
   *
   * @param value what its work returned, or null
   * @param error what it threw, or null
   */
  public record Outcome<T>(T value, Throwable error) {}

  /** Has as many ranks work as there are works, and waits until all have ended. */
  public static <T> List<Outcome<T>> run(TimeLimits limits, List<Work<T>> works) {
    ExecutorService threads = Executors.newFixedThreadPool(works.size());
    try {
      List<ListeningPort> ports = new ArrayList<>();
      for (int rank = 0; rank < works.size(); rank++) {
        ports.add(ListeningPort.open(InetAddress.getLoopbackAddress(), PortRange.any()));
      }
      List<PeerAddress> addresses = ports.stream().map(ListeningPort::address).toList();
      List<Future<T>> futures = new ArrayList<>();
      for (int rank = 0; rank < works.size(); rank++) {
        int own = rank;
        futures.add(
            threads.submit(
                () -> {
                  try (Collective collective =
                      TcpCollective.connect(own, addresses, ports.get(own), TOKEN, limits)) {
                    return works.get(own).of(collective);
                  }
                }));
      }
      List<Outcome<T>> outcomes = new ArrayList<>();
      for (Future<T> future : futures) {
        outcomes.add(outcome(future));
      }
      return outcomes;
    } finally {
      threads.shutdownNow();
    }
  }

  /** As {@link #run(TimeLimits, List)}, of ranks that do the same, with usual limits. */
  public static <T> List<Outcome<T>> run(int size, Work<T> work) {
    List<Work<T>> works = new ArrayList<>();
    for (int rank = 0; rank < size; rank++) {
      works.add(work);
    }
    return run(TimeLimits.usual(), works);
  }

  /** Limits of tests of ranks that fail: two seconds of silence or of a step. */
  public static TimeLimits impatient() {
    Duration two = Duration.ofSeconds(2);
    return new TimeLimits(Duration.ofSeconds(20), two, two, Duration.ofSeconds(60));
  }

  private static <T> Outcome<T> outcome(Future<T> future) {
    try {
      return new Outcome<>(future.get(), null);
    } catch (ExecutionException e) {
      return new Outcome<>(null, e.getCause());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
