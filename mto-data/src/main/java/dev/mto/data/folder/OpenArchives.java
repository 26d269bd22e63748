package dev.mto.data.folder;

import dev.mto.data.storage.Connected;
import dev.mto.data.storage.Locations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.apache.commons.io.IOUtils;

/**
 * Reads at places in archives. Those of the system are opened for each read; those of other
 * storage, which opening asks a question, stay open for the next. One that is open is of one reader
 * at a time: some storages would have a second one wait. Thread-safe.
 */
final class OpenArchives implements AutoCloseable {
  /** Open archives that nobody reads. */
  private static final int MOST = 1024;

  private record Open(int archive, FileChannel channel) {}

  private final List<Path> archives;
  private final boolean keeps;
  private final Deque<Open> idle = new ArrayDeque<>(); // first those that were read last
  private boolean closed;

  OpenArchives(List<Path> archives) {
    this.archives = archives;
    this.keeps = !archives.stream().allMatch(Locations::isOfSystem);
  }

  /**
   * Fills a buffer. An archive that was open and cannot be read is opened once more.
   *
   * @param into empty, that is at position 0
   * @param from of the first byte in the archive
   * @return whether the archive has so many bytes
   */
  boolean fill(ByteBuffer into, int archive, long from) throws IOException {
    FileChannel open = taken(archive);
    if (open != null) {
      try {
        return fill(into, archive, from, open);
      } catch (IOException | RuntimeException e) {
        into.clear(); // a connection that has aged, or an archive that was replaced
      }
    }
    return fill(into, archive, from, FileChannel.open(archives.get(archive)));
  }

  private boolean fill(ByteBuffer into, int archive, long from, FileChannel channel)
      throws IOException {
    try {
      int read = 0;
      while (into.hasRemaining() && read >= 0) {
        read = channel.read(into, from + into.position());
      }
    } catch (IOException | RuntimeException | Error e) {
      IOUtils.closeQuietly(channel, e::addSuppressed);
      throw e;
    }
    give(new Open(archive, channel));
    return !into.hasRemaining();
  }

  /** One that is open, or null. */
  private synchronized FileChannel taken(int archive) {
    for (Iterator<Open> all = idle.iterator(); all.hasNext(); ) {
      Open open = all.next();
      if (open.archive() == archive) {
        all.remove();
        return open.channel();
      }
    }
    return null;
  }

  private void give(Open open) {
    if (open.channel() instanceof Connected channel) {
      channel.disconnect();
    }
    Open surplus = open;
    synchronized (this) {
      if (keeps && !closed) {
        idle.addFirst(open);
        surplus = idle.size() > MOST ? idle.removeLast() : null;
      }
    }
    if (surplus != null) {
      IOUtils.closeQuietly(surplus.channel());
    }
  }

  /** Leaves none open; what is read later is opened for itself. */
  @Override
  public void close() {
    List<Open> all;
    synchronized (this) {
      closed = true;
      all = List.copyOf(idle);
      idle.clear();
    }
    all.forEach(open -> IOUtils.closeQuietly(open.channel()));
  }
}
