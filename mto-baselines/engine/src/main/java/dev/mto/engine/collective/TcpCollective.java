package dev.mto.engine.collective;

import dev.mto.data.StoppedException;
import dev.mto.engine.errors.PeerException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Ranks of several processes, each connected over TCP with those whose number differs in one bit.
 * Sums go along these edges: on the way up each pair of ranks halves what it has to sum, on the way
 * down each gives the other what it has, so that a rank sends and receives twice the block's size
 * however many they are. Use it from one thread.
 */
public final class TcpCollective implements Collective, PeerConnection.Events {
  private static final Duration MOMENT = Duration.ofMillis(100);
  private static final Duration LAST_WORDS = Duration.ofSeconds(2);

  private final int rank;
  private final List<PeerAddress> addresses;
  private final List<PeerConnection> peers = new ArrayList<>(); // by the bit that differs
  private final Activity activity = new Activity();
  private final AtomicReference<String> failure = new AtomicReference<>();
  private final Watch watch;
  private final float[] own = new float[PeerConnection.CHUNK / Float.BYTES];
  private final float[] theirs = new float[own.length];
  private boolean left;

  private TcpCollective(int rank, List<PeerAddress> addresses, TimeLimits limits) {
    this.rank = rank;
    this.addresses = List.copyOf(addresses);
    this.watch = new Watch(this, activity, limits);
  }

  /**
   * Connects a rank with the others.
   *
   * @param port where others call; closed when all have
   * @param addresses of all ranks, in order; a power of two
   * @param token that all ranks of this training know, and nobody else
   * @throws PeerException where one cannot be reached, or does not call in time
   */
  public static TcpCollective connect(
      int rank, List<PeerAddress> addresses, ListeningPort port, byte[] token, TimeLimits limits) {
    if (Integer.bitCount(addresses.size()) != 1) {
      throw new IllegalArgumentException(addresses.size() + " ranks are no power of two");
    }
    TcpCollective collective = new TcpCollective(rank, addresses, limits);
    try (port) {
      Meeting meeting = new Meeting(rank, collective.addresses, token, limits.connect());
      for (SocketChannel channel : meeting.at(port.channel())) {
        int peer = rank ^ 1 << collective.peers.size();
        collective.peers.add(new PeerConnection(peer, channel, collective));
      }
    } catch (IOException e) {
      throw new PeerException(collective.name(rank) + ": " + e.getMessage());
    }
    collective.peers.forEach(PeerConnection::start);
    collective.watch.start();
    return collective;
  }

  @Override
  public int rank() {
    return rank;
  }

  @Override
  public int size() {
    return addresses.size();
  }

  @Override
  public String name(int of) {
    return "rank %d on %s".formatted(of, addresses.get(of).host());
  }

  List<PeerConnection> peers() {
    return peers;
  }

  @Override
  public void sum(FloatBuffer block) {
    during(
        () -> {
          int levels = peers.size();
          int[] starts = new int[levels];
          int[] ends = new int[levels];
          int from = 0;
          int to = block.capacity();
          for (int level = 0; level < levels; level++) {
            starts[level] = from;
            ends[level] = to;
            int middle = (from + to) >>> 1;
            if (isLower(level)) {
              exchange(level, block, middle, to, from, middle, true);
              to = middle;
            } else {
              exchange(level, block, from, middle, middle, to, true);
              from = middle;
            }
          }
          for (int level = levels - 1; level >= 0; level--) {
            int middle = (starts[level] + ends[level]) >>> 1;
            if (isLower(level)) {
              exchange(level, block, starts[level], middle, middle, ends[level], false);
            } else {
              exchange(level, block, middle, ends[level], starts[level], middle, false);
            }
          }
        });
  }

  private boolean isLower(int level) {
    return (rank >> level & 1) == 0;
  }

  /** Sends one part of a block to a neighbour, and adds or puts what it sends to another part. */
  private void exchange(
      int level, FloatBuffer x, int sent, int sentTo, int received, int receivedTo, boolean add)
      throws IOException, InterruptedException {
    PeerConnection peer = peers.get(level);
    int out = sent;
    int in = received;
    while (out < sentTo || in < receivedTo) {
      if (out < sentTo) {
        int length = Math.min(own.length, sentTo - out);
        ByteBuffer chunk = peer.toSend();
        chunk.asFloatBuffer().put(x.slice(out, length));
        chunk.position(chunk.position() + length * Float.BYTES);
        peer.send();
        out += length;
      }
      if (in < receivedTo) {
        PeerConnection.Frame frame = take(peer);
        FloatBuffer elements = frame.data().asFloatBuffer();
        int length = elements.remaining();
        if (add) {
          elements.get(theirs, 0, length);
          x.get(in, own, 0, length);
          for (int i = 0; i < length; i++) {
            own[i] += theirs[i];
          }
          x.put(in, own, 0, length);
        } else {
          x.put(in, elements, 0, length);
        }
        peer.done(frame);
        in += length;
      }
    }
  }

  @Override
  public List<byte[]> gather(byte[] record) {
    Records[] all = {Records.of(record)};
    during(
        () -> {
          for (int level = 0; level < peers.size(); level++) {
            Records others = Records.parse(exchange(level, all[0].bytes()));
            all[0] = isLower(level) ? all[0].and(others) : others.and(all[0]);
          }
        });
    return all[0].list();
  }

  /** Sends bytes to a neighbour and returns what it sends. */
  private byte[] exchange(int level, byte[] bytes) throws IOException, InterruptedException {
    PeerConnection peer = peers.get(level);
    ByteBuffer length = peer.toSend();
    length.putInt(bytes.length);
    peer.send();
    PeerConnection.Frame first = take(peer);
    byte[] received = new byte[first.data().getInt()];
    peer.done(first);
    int out = 0;
    int in = 0;
    while (out < bytes.length || in < received.length) {
      if (out < bytes.length) {
        int part = Math.min(PeerConnection.CHUNK, bytes.length - out);
        peer.toSend().put(bytes, out, part);
        peer.send();
        out += part;
      }
      if (in < received.length) {
        PeerConnection.Frame frame = take(peer);
        int part = frame.data().remaining();
        frame.data().get(received, in, part);
        peer.done(frame);
        in += part;
      }
    }
    return received;
  }

  private PeerConnection.Frame take(PeerConnection peer) throws IOException, InterruptedException {
    while (true) {
      PeerConnection.Frame frame = peer.poll(MOMENT);
      if (frame == null) {
        if (failure.get() != null) {
          throw new IOException("another rank failed");
        }
        continue;
      }
      switch (frame.kind()) {
        case DATA -> {
          return frame;
        }
        case STOPPED -> {
          leaveStopped();
          throw new StoppedException();
        }
        default -> throw failed(name(peer.rank()) + " has ended, while this one goes on");
      }
    }
  }

  private interface Work {
    void run() throws IOException, InterruptedException;
  }

  private void during(Work work) {
    if (left) {
      throw new IllegalStateException("this rank has left");
    }
    if (failure.get() != null) {
      throw new PeerException(failure.get());
    }
    activity.waits();
    try {
      work.run();
    } catch (IOException e) {
      String known = failure.get();
      throw failed(known == null ? name(rank) + ": " + e.getMessage() : known);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed(name(rank) + " was interrupted");
    } finally {
      activity.goesOn();
    }
  }

  private PeerException failed(String message) {
    fail(message);
    return new PeerException(failure.get());
  }

  /** The first failure counts: all others are told of it. */
  private void fail(String message) {
    if (failure.compareAndSet(null, message)) {
      peers.forEach(peer -> peer.leave(PeerConnection.Kind.FAILED, message));
    }
  }

  /** Gives up a rank, which is told too: it would take this one for dead, and say so to others. */
  void giveUp(PeerConnection peer, String what) {
    fail(name(peer.rank()) + ": " + what);
    peer.close();
  }

  @Override
  public void failed(PeerConnection connection, String message) {
    fail(message);
  }

  @Override
  public void lost(PeerConnection connection, IOException cause) {
    if (failure.get() == null) {
      giveUp(
          connection,
          "ended without a word ("
              + cause.getMessage()
              + "); it was killed, or its machine is gone");
    }
  }

  @Override
  public void stepBegins() {
    activity.stepBegins();
  }

  @Override
  public void stepEnds() {
    activity.stepEnds();
  }

  @Override
  public void leaveStopped() {
    if (!left) {
      left = true;
      peers.forEach(peer -> peer.leave(PeerConnection.Kind.STOPPED, ""));
    }
  }

  @Override
  public void leaveFailed(String message) {
    if (!left) {
      left = true;
      fail(name(rank) + ": " + message);
    }
  }

  @Override
  public void close() {
    if (!left && failure.get() == null) {
      peers.forEach(peer -> peer.leave(PeerConnection.Kind.DONE, ""));
    }
    left = true;
    watch.close(LAST_WORDS);
    long until = System.nanoTime() + LAST_WORDS.toNanos();
    peers.forEach(peer -> peer.awaitEnd(Duration.ofNanos(until - System.nanoTime())));
  }
}
