package dev.mto.engine.collective;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The connection to one other rank. What comes is read by a thread of its own, so that signs of
 * life are heard whatever this rank does. A frame is a kind, a length, and as many bytes.
 */
final class PeerConnection {
  /** Most bytes of data in a frame. */
  static final int CHUNK = 1 << 18;

  private static final int HEADER = 5;
  private static final int AHEAD = 4; // chunks that are read and not taken
  private static final int LONGEST_MESSAGE = 1 << 14;
  private static final byte[] NOTHING = {};

  /** What a frame is. */
  enum Kind {
    DATA('d'),
    ALIVE('a'),
    STOPPED('s'),
    FAILED('f'),
    DONE('e');

    private final char code; // as it is sent

    Kind(char code) {
      this.code = code;
    }

    private static Kind of(char code) throws IOException {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new IOException("a frame of the unknown kind " + (int) code);
    }
  }

  /** What is told of a connection that the rank on the other side will not go on with. */
  interface Events {
    /** It has failed, and says why. */
    void failed(PeerConnection connection, String message);

    /** It ended without a word. */
    void lost(PeerConnection connection, IOException cause);
  }

  /**
   * What was read.
   *
   * @param kind DATA, STOPPED or DONE
   * @param data from 0 to its limit; null without data
   */
  record Frame(Kind kind, ByteBuffer data) {}

  private final int rank;
  private final SocketChannel channel;
  private final Events events;
  private final BlockingQueue<Frame> read = new ArrayBlockingQueue<>(AHEAD);
  private final BlockingQueue<ByteBuffer> free = new ArrayBlockingQueue<>(AHEAD + 2);
  private final ReentrantLock writing = new ReentrantLock();
  private final ByteBuffer out = chunk(HEADER + CHUNK);
  private final Thread reader;
  private volatile long heardAt = System.nanoTime();
  private volatile Activity.Seen activity = new Activity.Seen(Activity.Kind.BETWEEN_STEPS, 0);
  private volatile boolean over;

  PeerConnection(int rank, SocketChannel channel, Events events) throws IOException {
    this.rank = rank;
    this.channel = channel;
    this.events = events;
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    while (free.remainingCapacity() > 0) {
      free.add(chunk(CHUNK));
    }
    reader = new Thread(this::readAll, "mto-rank-" + rank);
    reader.setDaemon(true);
  }

  private static ByteBuffer chunk(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  void start() {
    reader.start();
  }

  /** The other rank. */
  int rank() {
    return rank;
  }

  /** How long nothing has been heard. */
  Duration silence() {
    return over ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - heardAt);
  }

  /** What the other rank was doing when it last told, and for how long by now. */
  Activity.Seen activity() {
    Activity.Seen last = activity;
    return over
        ? new Activity.Seen(Activity.Kind.BETWEEN_STEPS, 0)
        : new Activity.Seen(
            last.kind(),
            last.millis() + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - heardAt));
  }

  private void readAll() {
    ByteBuffer header = chunk(HEADER);
    try {
      while (true) {
        readFully(header.clear());
        Kind kind = Kind.of((char) header.get(0));
        int length = header.getInt(1);
        if (length < 0 || length > (kind == Kind.DATA ? CHUNK : LONGEST_MESSAGE)) {
          throw new IOException("a frame of " + length + " bytes");
        }
        if (kind == Kind.DATA) {
          ByteBuffer data = free.take();
          readFully(data.clear().limit(length));
          offer(new Frame(kind, data.flip()));
          continue;
        }
        ByteBuffer message = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        readFully(message);
        switch (kind) {
          case ALIVE -> activity = Activity.Seen.of(message.flip());
          case FAILED -> {
            over = true;
            events.failed(this, new String(message.array(), StandardCharsets.UTF_8));
          }
          default -> {
            over = true;
            offer(new Frame(kind, null));
          }
        }
      }
    } catch (IOException e) {
      if (!over) {
        over = true;
        events.lost(this, e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Gives what was read to the thread that trains; it is heard of while that takes its time. */
  private void offer(Frame frame) throws IOException, InterruptedException {
    while (!read.offer(frame, 1, TimeUnit.SECONDS)) {
      if (!channel.isOpen()) {
        throw new ClosedChannelException();
      }
      heardAt = System.nanoTime();
    }
  }

  private void readFully(ByteBuffer into) throws IOException {
    while (into.hasRemaining()) {
      if (channel.read(into) < 0) {
        throw new EOFException("the connection was closed");
      }
      heardAt = System.nanoTime();
    }
  }

  /** What comes next, or null where nothing does for a moment. */
  Frame poll(Duration moment) throws InterruptedException {
    return read.poll(moment.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Takes back the memory of a frame. */
  void done(Frame frame) {
    if (frame.data() != null) {
      free.add(frame.data());
    }
  }

  /**
   * Memory for the next {@link #send}, to be filled from its position on. The caller alone sends
   * data.
   */
  ByteBuffer toSend() {
    writing.lock();
    return out.clear().position(HEADER);
  }

  /** Sends what {@link #toSend} was filled with, up to its position. */
  void send() throws IOException {
    try {
      write(Kind.DATA, out.position() - HEADER);
    } finally {
      writing.unlock();
    }
  }

  private void write(Kind kind, int length) throws IOException {
    out.put(0, (byte) kind.code).putInt(1, length).position(0).limit(HEADER + length);
    while (out.hasRemaining()) {
      channel.write(out);
    }
  }

  /** Tells what this rank does, unless it is just sending something. */
  void beat(Activity.Seen own) throws IOException {
    if (writing.tryLock()) {
      try {
        tell(Kind.ALIVE, own.bytes());
      } finally {
        writing.unlock();
      }
    }
  }

  /**
   * Says a last word, if the other side takes it at once.
   *
   * @param message of a failure, else empty
   */
  void leave(Kind kind, String message) {
    try {
      if (writing.tryLock(1, TimeUnit.SECONDS)) {
        try {
          byte[] bytes = kind == Kind.FAILED ? message.getBytes(StandardCharsets.UTF_8) : NOTHING;
          tell(kind, Arrays.copyOf(bytes, Math.min(bytes.length, LONGEST_MESSAGE)));
          channel.shutdownOutput();
        } finally {
          writing.unlock();
        }
      }
    } catch (IOException e) {
      close(); // it is not there any more
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tell(Kind kind, byte[] message) throws IOException {
    out.clear().position(HEADER).put(message);
    write(kind, message.length);
  }

  /** Waits until the other side has ended too, so that it reads all that was sent to it. */
  void awaitEnd(Duration patience) {
    try {
      reader.join(Math.max(1, patience.toMillis()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    over = true;
    close();
  }

  /** Cuts the connection; whoever reads or writes fails. */
  void close() {
    try {
      channel.close();
    } catch (IOException e) {
      return; // it is cut already
    }
  }
}
