package dev.mto.engine.collective;

import dev.mto.engine.errors.PeerException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a rank finds its neighbours: it calls those of smaller numbers, again and again until they
 * answer as they should, and is called by the others. Whoever else calls is hung up on.
 */
final class Meeting {
  private static final Logger LOG = LoggerFactory.getLogger(Meeting.class);
  private static final long POLL_MILLIS = 20;

  private final int rank;
  private final List<PeerAddress> addresses;
  private final Handshake handshake;
  private final Duration patience;
  private final Map<Integer, SocketChannel> met = new ConcurrentHashMap<>();
  private boolean over; // guarded by met

  Meeting(int rank, List<PeerAddress> addresses, byte[] token, Duration patience) {
    this.rank = rank;
    this.addresses = addresses;
    this.handshake = new Handshake(token, rank);
    this.patience = patience;
  }

  /** The connections to all neighbours, by the bit in which their numbers differ. */
  List<SocketChannel> at(ServerSocketChannel port) throws IOException {
    int levels = Integer.numberOfTrailingZeros(addresses.size());
    long until = System.nanoTime() + patience.toNanos();
    background(() -> answer(port));
    try {
      for (int level = 0; level < levels; level++) {
        int peer = rank ^ 1 << level;
        if (peer < rank) {
          meet(peer, call(peer, until));
        } else {
          await(peer, until);
        }
      }
      synchronized (met) {
        over = true;
        return IntStream.range(0, levels).mapToObj(level -> met.get(rank ^ 1 << level)).toList();
      }
    } catch (IOException | RuntimeException e) {
      synchronized (met) {
        over = true;
        met.values().forEach(Meeting::hangUp);
      }
      throw e;
    }
  }

  /** The last connection counts, as where a rank calls again that has not heard the answer. */
  private void meet(int peer, SocketChannel channel) {
    synchronized (met) {
      SocketChannel old = over ? channel : met.put(peer, channel);
      if (old != null) {
        hangUp(old);
      }
    }
  }

  private static void hangUp(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("closing", e);
    }
  }

  private SocketChannel call(int peer, long until) throws IOException {
    PeerAddress at = addresses.get(peer);
    while (true) {
      SocketChannel channel = SocketChannel.open();
      try {
        channel.socket().connect(new InetSocketAddress(at.ip(), at.port()), millis(until));
        handshake.call(channel.socket(), peer);
        return channel;
      } catch (IOException e) {
        hangUp(channel);
        if (System.nanoTime() >= until) {
          throw new PeerException(
              "rank %d on %s cannot be reached at %s:%d from rank %d on %s: %s"
                  .formatted(
                      peer,
                      at.host(),
                      at.ip(),
                      at.port(),
                      rank,
                      addresses.get(rank).host(),
                      e.getMessage()));
        }
        pause();
      }
    }
  }

  /** From now until then; one at least, since 0 is for ever. */
  private static int millis(long until) {
    long millis = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
    return (int) Math.max(1, Math.min(Integer.MAX_VALUE, millis));
  }

  private void await(int peer, long until) throws IOException {
    while (!met.containsKey(peer)) {
      if (System.nanoTime() > until) {
        throw new PeerException(
            "rank %d on %s did not call rank %d on %s within %d s"
                .formatted(
                    peer,
                    addresses.get(peer).host(),
                    rank,
                    addresses.get(rank).host(),
                    patience.toSeconds()));
      }
      pause();
    }
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while it waited for others", e);
    }
  }

  private void answer(ServerSocketChannel port) {
    try {
      while (true) {
        SocketChannel caller = port.accept();
        background(() -> answer(caller));
      }
    } catch (AsynchronousCloseException e) {
      return; // all are here
    } catch (IOException e) {
      LOG.debug("no more ranks are listened to", e);
    }
  }

  private void answer(SocketChannel caller) {
    try {
      meet(handshake.answer(caller.socket()), caller);
    } catch (IOException e) {
      LOG.warn("a caller was hung up on: {}", e.getMessage());
      hangUp(caller);
    }
  }

  private void background(Runnable work) {
    Thread thread = new Thread(work, "mto-meeting-" + rank);
    thread.setDaemon(true);
    thread.start();
  }
}
