package dev.mto.data.folder;

import dev.mto.data.storage.Locations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * The small reads of a walk over an archive's headers. A file of the system is asked for each; of
 * other storage, where each question takes as long as a megabyte, a megabyte is read and kept.
 */
final class Headers {
  private static final int WINDOW = 1 << 20;

  private final Path file;
  private final FileChannel channel;
  private final ByteBuffer window; // what was read last, from its position to its limit; or null
  private long start;

  private Headers(Path file, FileChannel channel, ByteBuffer window) {
    this.file = file;
    this.channel = channel;
    this.window = window;
  }

  static Headers of(Path file, FileChannel channel) {
    return new Headers(
        file, channel, Locations.isOfSystem(file) ? null : ByteBuffer.allocate(WINDOW).limit(0));
  }

  Path file() {
    return file;
  }

  /** As {@link FileChannel#read(ByteBuffer, long)}. */
  int read(ByteBuffer into, long position) throws IOException {
    if (window == null) {
      return channel.read(into, position);
    }
    if (position < start || position >= start + window.limit()) {
      window.clear();
      start = position;
      int read = channel.read(window, position);
      window.limit(Math.max(read, 0));
      if (read < 0) {
        return -1;
      }
    }
    int from = (int) (position - start);
    int length = Math.min(into.remaining(), window.limit() - from);
    into.put(window.slice(from, length));
    return length;
  }
}
