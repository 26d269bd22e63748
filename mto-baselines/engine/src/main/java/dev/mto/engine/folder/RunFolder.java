package dev.mto.engine.folder;

import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.UserException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The files of one run. An existing run is never overwritten. */
public final class RunFolder {
  private final Path root;

  private RunFolder(Path root) {
    this.root = root;
  }

  /**
   * Makes the folder of a new run and writes its {@code config.yaml}.
   *
   * @throws UserException when the folder holds something already
   */
  public static RunFolder create(Path root, RunConfig config) {
    if (Files.exists(root) && !isEmpty(root)) {
      throw new UserException(
          root + ": a run is there already; continue it with --resume, or name another --out");
    }
    RunFolder folder = new RunFolder(root);
    try {
      Files.createDirectories(folder.checkpoints());
      Files.createDirectories(folder.pictures());
      AtomicFiles.writeString(folder.config(), ConfigLoader.write(config));
    } catch (IOException e) {
      throw new UserException(
          root + ": the run's folder cannot be written (" + e.getMessage() + ")", e);
    }
    return folder;
  }

  /**
   * Opens the folder of an earlier run.
   *
   * @throws UserException when there is no run in it
   */
  public static RunFolder open(Path root) {
    if (!Files.isRegularFile(root.resolve("config.yaml"))) {
      throw new UserException(
          root + ": no run there (it has no config.yaml); give the folder of a run");
    }
    return new RunFolder(root);
  }

  /** The folder itself. */
  public Path root() {
    return root;
  }

  /** The resolved configuration. */
  public Path config() {
    return root.resolve("config.yaml");
  }

  /** Versions, seed, machine, identity of the data. */
  public Path provenance() {
    return root.resolve("provenance.json");
  }

  /** One JSON object a step. */
  public Path metrics() {
    return root.resolve("metrics.jsonl");
  }

  /** TensorBoard events; the name carries no time, so that a run can be compared byte by byte. */
  public Path events() {
    return root.resolve("events.out.tfevents.mto");
  }

  /** What the console showed. */
  public Path log() {
    return root.resolve("train.log");
  }

  /** Unreadable images. */
  public Path badImages() {
    return root.resolve("bad-images.txt");
  }

  /** Folder of the checkpoints. */
  public Path checkpoints() {
    return root.resolve("checkpoints");
  }

  /** Folder of the pictures. */
  public Path pictures() {
    return root.resolve("pictures");
  }

  /** The checkpoints. */
  public CheckpointStore store(RunConfig config) {
    return new CheckpointStore(checkpoints(), config.checkpoint().keep());
  }

  /**
   * The checkpoint that was kept after {@code epoch} epochs.
   *
   * @throws UserException when none was
   */
  public Checkpoint kept(RunConfig config, int epoch) {
    SortedMap<Integer, Path> kept = store(config).kept();
    if (!kept.containsKey(epoch)) {
      throw new UserException(
          checkpoints()
              + ": no checkpoint of epoch "
              + epoch
              + " was kept; there are "
              + (kept.isEmpty() ? "none (set checkpoint.every_epochs)" : kept.keySet()));
    }
    return CheckpointStore.read(kept.get(epoch));
  }

  /**
   * The newest checkpoint that is whole.
   *
   * @param warn is told of damaged checkpoints that were passed over
   * @throws UserException when the run has no checkpoint
   */
  public Checkpoint newest(RunConfig config, Consumer<String> warn) {
    return store(config)
        .newest(warn)
        .orElseThrow(() -> new UserException(checkpoints() + ": the run has no checkpoint yet"));
  }

  /**
   * Takes a new run's folder away again because the run could not begin, so that the corrected
   * command finds the place free. Deletes nothing but what {@link #create} and the log made.
   */
  public void discard() {
    try {
      for (Path made :
          List.of(config(), log(), provenance(), badImages(), checkpoints(), pictures(), root)) {
        Files.deleteIfExists(made);
      }
    } catch (IOException e) {
      return; // something else is in it: then it stays
    }
  }

  private static boolean isEmpty(Path folder) {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
