package dev.mto.spark;

import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.RunFolder;
import dev.mto.spark.hadoop.RemoteFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.commons.io.FileUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder that a worker works in: the run's own where the system has it, else one of this
 * machine. Rank 0 brings the run there and keeps what it writes on the storage too; others read
 * checkpoints from the storage.
 */
final class WorkerFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerFolder.class);
  private static final String PROVENANCE = "provenance.json";

  private final Path root;
  private final int rank;
  private final SharedFiles files;
  private final byte[] token;
  private final Optional<RemoteFolder> remote;
  private Path scratch;
  private Path local;
  private RunCopy copy; // of rank 0
  private boolean resumed;

  /**
   * Nothing is looked at yet.
   *
   * @param token of the attempt, which alone may write there
   */
  WorkerFolder(Path root, int rank, SharedFiles files, byte[] token) {
    this.root = root;
    this.rank = rank;
    this.files = files;
    this.token = token;
    this.remote = RemoteFolder.at(root);
  }

  /** Brings what this worker needs. */
  void open(boolean resume) {
    if (remote.isEmpty()) {
      return;
    }
    resumed = resume;
    try {
      scratch = Files.createTempDirectory("mto-run-");
      local = scratch.resolve(root.getFileName().toString());
      for (String folder : new String[] {"checkpoints", "pictures"}) {
        Files.createDirectories(local.resolve(folder));
      }
    } catch (IOException e) {
      throw FileException.writing(Path.of(System.getProperty("java.io.tmpdir")), e);
    }
    if (rank == 0) {
      copy = new RunCopy(remote.get(), local);
      if (resume) {
        copy.fetch();
      } else {
        copy.clear();
      }
    } else if (resume) {
      for (String name : new String[] {PROVENANCE, badImages()}) {
        if (Files.exists(root.resolve(name))) {
          remote.get().get(name, local.resolve(name));
        }
      }
    }
  }

  private String badImages() {
    return RunFolder.at(root).badImages(rank).getFileName().toString();
  }

  RunFolder folder() {
    if (remote.isEmpty()) {
      return RunFolder.at(root);
    }
    Path checkpoints = (rank == 0 ? local : root).resolve("checkpoints");
    return RunFolder.at(local, root, checkpoints);
  }

  /** A new run has begun: from now on it can be gone on with. */
  void begun() {
    if (!resumed) {
      saved();
    }
  }

  /**
   * Something is worth keeping.
   *
   * @throws UserException where another attempt or job has taken the place of this one
   */
  void saved() {
    if (copy != null) {
      requireCurrent();
      copy.publish();
    }
  }

  /** Has the driver see what was logged. */
  void shareLog() {
    if (copy != null && files.isCurrent(token)) {
      copy.publishLog();
    }
  }

  /** The training has ended in good order. */
  void ended() {
    saved();
    keepList();
  }

  /** It has failed: what was done is kept, and a run that came to no step is taken away. */
  void failed() {
    try {
      if (copy != null && files.isCurrent(token)) {
        if (resumed || hasSteps()) {
          copy.publish();
        } else {
          copy.withdraw();
        }
      }
      keepList();
    } catch (RuntimeException e) {
      LOG.warn("rank {}: {} has not all of the run's last files", rank, root, e);
    }
  }

  private boolean hasSteps() {
    Path metrics = RunFolder.at(local).metrics();
    return metrics.toFile().length() > 0; // 0 where it is not there
  }

  /** The list of unreadable images of another rank than the first. */
  private void keepList() {
    if (remote.isPresent() && rank > 0 && Files.exists(local.resolve(badImages()))) {
      if (files.isCurrent(token)) {
        remote.get().put(badImages(), local.resolve(badImages()));
      }
    }
  }

  private void requireCurrent() {
    if (!files.isCurrent(token)) {
      throw new UserException(
          root
              + ": another job has taken the run over; this one ends and saves nothing more there");
    }
  }

  /** Leaves nothing on this machine. */
  @Override
  public void close() {
    if (scratch != null) {
      FileUtils.deleteQuietly(scratch.toFile());
    }
  }
}
