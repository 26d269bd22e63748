package dev.mto.engine.report;

import dev.mto.engine.folder.AtomicFiles;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Scalars for TensorBoard, appended to one event file. Every event reaches the operating system
 * before {@link #write} returns, so a killed process loses at most the event it was writing.
 *
 * <p>Not safe for use by several threads.
 */
public final class TensorBoardEvents implements AutoCloseable {
  private final OutputStream out;
  private final Clock clock;

  private TensorBoardEvents(OutputStream out, Clock clock) {
    this.out = out;
    this.clock = clock;
  }

  /** Opens {@code file} for appending, and begins it with its version where it is new or empty. */
  public static TensorBoardEvents append(Path file) throws IOException {
    return append(file, Clock.systemUTC());
  }

  static TensorBoardEvents append(Path file, Clock clock) throws IOException {
    boolean begun = Files.exists(file) && Files.size(file) > 0;
    TensorBoardEvents events =
        new TensorBoardEvents(
            Files.newOutputStream(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND,
                LinkOption.NOFOLLOW_LINKS),
            clock);
    if (!begun) {
      events.out.write(TfRecords.frame(EventMessage.version(events.wallTime())));
    }
    return events;
  }

  /**
   * Appends one event.
   *
   * @param step optimizer step, from 1
   * @param values scalars by tag; TensorBoard keeps them as float32
   */
  public void write(long step, Map<String, Double> values) throws IOException {
    out.write(TfRecords.frame(EventMessage.scalars(wallTime(), step, values)));
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  /**
   * Keeps the events up to and including {@code step}, and drops later ones and what follows a
   * broken record, such as the half-written last one of a killed process. The file is replaced
   * whole. Does nothing where it does not exist. Close a writer of the file first.
   */
  public static void truncateAfter(Path file, long step) {
    if (Files.notExists(file)) {
      return;
    }
    AtomicFiles.write(
        file,
        temporary -> {
          try (DataInputStream in =
                  new DataInputStream(new BufferedInputStream(Files.newInputStream(file)));
              OutputStream kept = new BufferedOutputStream(Files.newOutputStream(temporary))) {
            Optional<byte[]> event = TfRecords.next(in);
            while (event.isPresent()) {
              if (EventMessage.step(event.get()) <= step) {
                kept.write(TfRecords.frame(event.get()));
              }
              event = TfRecords.next(in);
            }
          }
        });
  }

  private double wallTime() {
    Instant now = clock.instant();
    return now.getEpochSecond() + now.getNano() * 1e-9;
  }
}
