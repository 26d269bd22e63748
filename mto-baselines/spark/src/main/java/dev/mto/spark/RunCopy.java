package dev.mto.spark;

import dev.mto.engine.errors.FileException;
import dev.mto.spark.hadoop.RemoteFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Keeps the files of a run, which one process writes on its machine, on remote storage too. What is
 * there is at any moment a run that can be gone on with: checkpoints come after the files that tell
 * of their steps, and {@code config.yaml}, which makes it a run, comes last.
 */
final class RunCopy {
  private static final String CONFIG = "config.yaml";
  private static final String LOG = "train.log";
  private static final String CHECKPOINTS = "checkpoints/";

  private final RemoteFolder remote;
  private final Path local;
  private final Map<String, State> copied = new TreeMap<>();

  /** What a file was when it was copied. */
  private record State(long bytes, FileTime modified) {
    static State of(Path file) throws IOException {
      BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
      return new State(is.size(), is.lastModifiedTime());
    }
  }

  RunCopy(RemoteFolder remote, Path local) {
    this.remote = remote;
    this.local = local;
  }

  /** Whether a file is of the run, and not of the processes that work on it. */
  private static boolean isOfRun(String name) {
    return !name.endsWith(".tmp") && !name.equals("run.lock") && !name.equals(Claim.NAME);
  }

  /** Brings a run here. */
  synchronized void fetch() {
    remote.sweep();
    for (String name : remote.files()) {
      if (isOfRun(name)) {
        remote.get(name, local.resolve(name));
        copied.put(name, state(name));
      }
    }
  }

  /** Takes away what is there of a run that never began, so that nothing of it counts. */
  synchronized void clear() {
    remote.sweep();
    remote.files().stream().filter(RunCopy::isOfRun).forEach(remote::delete);
  }

  /**
   * Copies what has changed, and deletes there what is here no more; an old checkpoint after its
   * {@code .json}, so that one which stays when this is cut short is deleted the next time.
   */
  synchronized void publish() {
    Map<String, State> now = new TreeMap<>();
    for (String name : files()) {
      now.put(name, state(name));
    }
    List<String> changed =
        new ArrayList<>(
            now.keySet().stream().filter(name -> !now.get(name).equals(copied.get(name))).toList());
    changed.sort(Comparator.comparingInt(RunCopy::turn));
    for (String name : changed) {
      remote.put(name, local.resolve(name));
      copied.put(name, now.get(name));
    }
    for (String gone : copied.keySet().stream().filter(name -> !now.containsKey(name)).toList()) {
      remote.delete(gone);
      copied.remove(gone);
    }
  }

  /** Copies what the console shows, where it has changed. */
  synchronized void publishLog() {
    if (Files.exists(local.resolve(LOG))) {
      State now = state(LOG);
      if (!now.equals(copied.get(LOG))) {
        remote.put(LOG, local.resolve(LOG));
        copied.put(LOG, now);
      }
    }
  }

  /** Takes away all that was brought there. */
  synchronized void withdraw() {
    List<String> names = new ArrayList<>(copied.keySet());
    names.sort(Comparator.comparingInt(RunCopy::turn).reversed());
    names.forEach(remote::delete);
    copied.clear();
  }

  private static int turn(String name) {
    if (name.equals(CONFIG)) {
      return 3;
    }
    if (!name.startsWith(CHECKPOINTS)) {
      return 0;
    }
    return name.endsWith(".json") ? 2 : 1; // the position for people tells of what is there
  }

  private State state(String name) {
    try {
      return State.of(local.resolve(name));
    } catch (IOException e) {
      throw FileException.reading(local.resolve(name), e);
    }
  }

  private List<String> files() {
    try (Stream<Path> all = Files.walk(local)) {
      return all.filter(Files::isRegularFile)
          .map(file -> local.relativize(file).toString().replace('\\', '/'))
          .filter(RunCopy::isOfRun)
          .toList();
    } catch (IOException e) {
      throw FileException.reading(local, e);
    }
  }
}
