package dev.mto.evaluation.embed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.encoder.ImageFeatures;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.AtomicFiles;
import dev.mto.engine.folder.FolderLock;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.commons.io.FileUtils;

/**
 * The folder of an embedding that is being made: {@code rows.bin}, to which rows are appended, and
 * {@code job.json}, which says by what plan and how many of them are good. What a killed process
 * wrote beyond that is cut off. One process has it at a time.
 */
final class EmbeddingParts implements AutoCloseable {
  private static final String ROWS = "rows.bin";
  private static final String JOB = "job.json";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final EmbeddingPlan plan;
  private final FolderLock lock;
  private final FileChannel channel;
  private final DataOutputStream rows;
  private State saved;
  private int batches;
  private int count;

  /**
   * How far a job has come.
   *
   * @param batches that are done, those without a readable image included
   * @param rows that they gave
   */
  private record State(EmbeddingPlan plan, int batches, int rows) {}

  private EmbeddingParts(Path folder, EmbeddingPlan plan, FolderLock lock, State state)
      throws IOException {
    this.folder = folder;
    this.plan = plan;
    this.lock = lock;
    this.saved = state;
    this.batches = state.batches();
    this.count = state.rows();
    channel =
        FileChannel.open(
            folder.resolve(ROWS),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS);
    long good = EmbeddedRow.bytes(plan.by().dim()) * count;
    if (channel.size() < good) {
      channel.close();
      throw new UserException(
          folder + ": is damaged, rows that were saved are missing; begin anew with --force");
    }
    channel.truncate(good).position(good);
    rows =
        new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16));
  }

  /** Whether a job was begun in a folder and has not ended. */
  static boolean present(Path folder) {
    return Files.exists(folder.resolve(JOB));
  }

  /**
   * Begins a job, or goes on with the one in the folder where there is one.
   *
   * @throws UserException when another process has the folder, or another plan began what is in it
   */
  static EmbeddingParts open(Path folder, EmbeddingPlan plan) {
    try {
      Files.createDirectories(folder);
      FolderLock lock = FolderLock.of(folder);
      try {
        AtomicFiles.sweep(folder);
        State state = new State(plan, 0, 0);
        if (present(folder)) {
          state = read(folder);
          plan.requireSameAs(state.plan(), folder.toString());
        }
        EmbeddingParts parts = new EmbeddingParts(folder, plan, lock, state);
        parts.save();
        return parts;
      } catch (IOException | RuntimeException e) {
        lock.close();
        throw e;
      }
    } catch (IOException e) {
      throw FileException.writing(folder, e);
    }
  }

  private static State read(Path folder) {
    Path file = folder.resolve(JOB);
    try {
      return JSON.readValue(file.toFile(), State.class);
    } catch (JsonProcessingException e) {
      throw new UserException(file + ": is damaged; begin anew with --force", e);
    } catch (IOException e) {
      throw FileException.reading(file, e);
    }
  }

  /** Batches that need not be made again. */
  int batches() {
    return batches;
  }

  /** Rows so far. */
  int rows() {
    return count;
  }

  /** Appends the rows of a batch; they are safe after {@link #save()}. */
  void append(ImageFeatures.Batch batch) {
    try {
      for (int i = 0; i < batch.images().length; i++) {
        EmbeddedRow.write(rows, batch.images()[i], batch.vectors()[i]);
      }
    } catch (IOException e) {
      throw FileException.writing(folder.resolve(ROWS), e);
    }
    batches = batch.number() + 1;
    count += batch.images().length;
  }

  /** Makes what was appended survive whatever comes. */
  void save() {
    try {
      rows.flush();
      channel.force(false);
    } catch (IOException e) {
      throw FileException.writing(folder.resolve(ROWS), e);
    }
    State state = new State(plan, batches, count);
    if (!present(folder) || !state.equals(saved)) {
      try {
        AtomicFiles.writeString(folder.resolve(JOB), JSON.writeValueAsString(state) + "\n");
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(e);
      }
      saved = state;
    }
  }

  /** What the rows were written to. */
  Path rowsFile() {
    return folder.resolve(ROWS);
  }

  /** Gives the folder back; what is not saved is lost. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw FileException.writing(folder.resolve(ROWS), e);
    } finally {
      lock.close();
    }
  }

  /** Deletes a job's folder, which nobody has. */
  static void delete(Path folder) {
    try {
      if (Files.exists(folder)) {
        FolderLock.of(folder).close();
        Files.deleteIfExists(folder.resolve(JOB)); // first, as nothing is begun without it
        FileUtils.deleteDirectory(folder.toFile());
      }
    } catch (IOException e) {
      throw FileException.writing(folder, e);
    }
  }
}
