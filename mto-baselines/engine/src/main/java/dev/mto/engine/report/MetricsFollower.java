package dev.mto.engine.report;

import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/**
 * Follows a {@code metrics.jsonl} that grows: each look reads what was appended since the last one,
 * so that watching a run costs no more for its length. A file that was replaced or cut is read
 * anew.
 */
final class MetricsFollower {
  private static final int BUFFER = 1 << 16;

  private final Path file;
  private RunMetrics metrics = new RunMetrics();
  private Object identity;
  private long position;
  private long line; // whole ones that were taken

  MetricsFollower(Path file) {
    this.file = file;
  }

  /**
   * Everything up to the last whole line; nothing where there is no file.
   *
   * @throws FileException if it cannot be read
   * @throws UserException if a whole line is not a JSON object with a step
   */
  RunMetrics read() {
    if (Files.notExists(file)) {
      restart(null);
      return metrics;
    }
    try {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      if (now.size() < position || !Objects.equals(now.fileKey(), identity)) {
        restart(now.fileKey());
      }
      if (now.size() > position) {
        readOn();
      }
      return metrics;
    } catch (IOException e) {
      throw FileException.reading(file, e);
    }
  }

  private void restart(Object now) {
    metrics = new RunMetrics();
    identity = now;
    position = 0;
    line = 0;
  }

  private void readOn() throws IOException {
    ByteArrayOutputStream begun = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    try (FileChannel channel = FileChannel.open(file)) {
      channel.position(position);
      while (channel.read(buffer) > 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          byte next = buffer.get();
          if (next == '\n') {
            take(begun.toString(StandardCharsets.UTF_8));
            position += begun.size() + 1L;
            line++;
            begun.reset();
          } else {
            begun.write(next);
          }
        }
        buffer.clear();
      }
    }
  }

  private void take(String text) {
    metrics.add(
        MetricsFile.row(text)
            .orElseThrow(
                () ->
                    new UserException(
                        "%s, line %d: not a JSON object with a step; mend or remove that line"
                            .formatted(file, line + 1))));
  }
}
