package dev.mto.engine.folder;

import dev.mto.data.storage.Locations;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The files of one run. Its {@code config.yaml} is written last when a run begins, and makes it
 * one: a folder without it, as a process that was killed meanwhile leaves it, holds no run. An
 * existing run is never overwritten.
 */
public final class RunFolder {
  /** What a run's beginning may leave where it was cut short; nothing is lost with it. */
  private static final List<String> BEGUN =
      List.of(
          "provenance.json",
          "train.log",
          "bad-images.txt",
          "run.lock",
          "run.claim",
          "checkpoints",
          "pictures");

  private static final String BAD_IMAGES_OF_WORKER = "bad-images-%d.txt";

  private final Path root;
  private final Path home;
  private final Path checkpoints;

  private RunFolder(Path root) {
    this(root, root, root.resolve("checkpoints"));
  }

  private RunFolder(Path root, Path home, Path checkpoints) {
    this.root = root;
    this.home = home;
    this.checkpoints = checkpoints;
  }

  /**
   * Makes the folder of a new run, which {@link #begin} makes a run. On storage that the system has
   * not mounted it is made with the first files that are brought there.
   *
   * @throws UserException when the folder holds something already
   */
  public static RunFolder create(Path root) {
    requireFree(root);
    RunFolder folder = new RunFolder(root);
    if (!Locations.isOfSystem(root)) {
      return folder;
    }
    try {
      Files.createDirectories(folder.checkpoints());
      Files.createDirectories(folder.pictures());
      folder.takeAwayWhatIsLeft();
    } catch (IOException e) {
      throw FileException.writing(root, e);
    }
    return folder;
  }

  /**
   * Asks whether a new run can be made there.
   *
   * @throws UserException when the folder holds something already
   */
  public static void requireFree(Path root) {
    if (!new RunFolder(root).isFree()) {
      throw new UserException(
          isRun(root)
              ? root + ": a run is there already; continue it with --resume, or name another --out"
              : root + ": holds other files, but no run (no config.yaml); name another --out");
    }
  }

  /**
   * Asks whether the folder can be made or written to, and makes nothing.
   *
   * @throws FileException when it cannot
   */
  public static void requireWritable(Path root) {
    Path there = existing(root);
    if (!Files.isDirectory(there)) {
      throw FileException.writing(
          root, new FileSystemException(root.toString(), null, "Not a directory"));
    }
    if (!Files.isWritable(there)) {
      throw FileException.writing(root, new AccessDeniedException(there.toString()));
    }
  }

  /** Free bytes of the disk for a run there, with what its checkpoints take already. */
  public static long freeBytes(Path root) {
    try {
      long free = Files.getFileStore(existing(root)).getUsableSpace();
      Path checkpoints = new RunFolder(root).checkpoints();
      for (String name : names(checkpoints)) {
        free += Files.size(checkpoints.resolve(name));
      }
      return free;
    } catch (IOException e) {
      throw FileException.reading(root, e);
    }
  }

  /** The folder, or the nearest above it that is there. */
  private static Path existing(Path root) {
    Path at = root.toAbsolutePath().normalize();
    while (Files.notExists(at) && at.getParent() != null) {
      at = at.getParent();
    }
    return at;
  }

  /** Not while another process is beginning a run there. */
  @SuppressWarnings("try")
  private void takeAwayWhatIsLeft() throws IOException {
    try (FolderLock lock = FolderLock.of(root)) {
      sweep();
      for (Path left : List.of(log(), badImages(), lastCheckpoint(), lastOfCheckpoints())) {
        Files.deleteIfExists(left);
      }
      for (Path left : badImagesOfWorkers()) {
        Files.deleteIfExists(left);
      }
    }
  }

  /** Whether nothing is there but what the beginning of a run leaves that was cut short. */
  private boolean isFree() {
    if (Files.notExists(root)) {
      return true;
    }
    return !isRun(root)
        && names(root).stream()
            .allMatch(n -> BEGUN.contains(n) || n.endsWith(".tmp") || isBadImagesOfWorker(n))
        && names(pictures()).isEmpty()
        && names(checkpoints()).stream()
            .allMatch(n -> n.matches("last\\.(safetensors|json)") || n.endsWith(".tmp"));
  }

  /** Deletes temporary files that a killed process left. */
  public void sweep() {
    List.of(root, checkpoints(), pictures()).forEach(AtomicFiles::sweep);
  }

  /** Writes the resolved configuration: from now on the folder holds a run. */
  public void begin(RunConfig config) {
    AtomicFiles.writeString(config(), ConfigLoader.write(config));
  }

  /** Whether a run is there. */
  public static boolean isRun(Path root) {
    return Files.isRegularFile(root.resolve("config.yaml"));
  }

  /**
   * Opens the folder of an earlier run.
   *
   * @throws UserException when there is no run in it
   */
  public static RunFolder open(Path root) {
    if (!isRun(root)) {
      throw new UserException(
          root + ": no run there (it has no config.yaml); give the folder of a run");
    }
    return new RunFolder(root);
  }

  /** A folder that another process has made or opened for a run that it shares with this one. */
  public static RunFolder at(Path root) {
    return new RunFolder(root);
  }

  /**
   * A folder in which this process works on a run that is kept elsewhere.
   *
   * @param home where it is kept, for people
   * @param checkpoints where this process finds them
   */
  public static RunFolder at(Path root, Path home, Path checkpoints) {
    return new RunFolder(root, home, checkpoints);
  }

  /** The folder itself. */
  public Path root() {
    return root;
  }

  /** Where people find the run. */
  public Path home() {
    return home;
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

  /** Unreadable images that a worker met; those of the first are {@link #badImages()}. */
  public Path badImages(int rank) {
    return rank == 0
        ? badImages()
        : root.resolve(String.format(Locale.ROOT, BAD_IMAGES_OF_WORKER, rank));
  }

  /** The lists of unreadable images that are there, of all workers. */
  public List<Path> badImagesOfAll() {
    return Stream.concat(Stream.of(badImages()), badImagesOfWorkers().stream())
        .filter(list -> Files.isRegularFile(list, LinkOption.NOFOLLOW_LINKS))
        .toList();
  }

  private static boolean isBadImagesOfWorker(String name) {
    return name.matches(BAD_IMAGES_OF_WORKER.replace("%d", "\\d+"));
  }

  private List<Path> badImagesOfWorkers() {
    return names(root).stream().filter(RunFolder::isBadImagesOfWorker).map(root::resolve).toList();
  }

  /** Folder of the checkpoints. */
  public Path checkpoints() {
    return checkpoints;
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
   * Takes a new run's folder away again because it came to no step, so that the corrected command
   * finds the place free. Deletes nothing but what the beginning of a run makes, and nothing while
   * another process makes a run there.
   */
  @SuppressWarnings("try")
  public void discard() {
    if (!Locations.isOfSystem(root)) {
      return; // whoever brought files there takes them away
    }
    try (FolderLock lock = FolderLock.of(root)) {
      if (Files.exists(metrics()) && Files.size(metrics()) > 0) {
        return;
      }
      for (Path made : badImagesOfWorkers()) {
        Files.deleteIfExists(made);
      }
      for (Path made :
          List.of(
              config(),
              metrics(),
              events(),
              log(),
              provenance(),
              badImages(),
              root.resolve(FolderLock.NAME),
              lastCheckpoint(),
              lastOfCheckpoints(),
              checkpoints(),
              pictures(),
              root)) {
        Files.deleteIfExists(made);
      }
    } catch (IOException | FileException | UserException e) {
      return; // something else is in it, or another has it: then it stays
    }
  }

  private Path lastCheckpoint() {
    return checkpoints().resolve("last.safetensors");
  }

  /** What tells of the last checkpoint. */
  private Path lastOfCheckpoints() {
    return checkpoints().resolve("last.json");
  }

  private static List<String> names(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    } catch (IOException e) {
      throw FileException.reading(folder, e);
    }
  }
}
