package dev.mto.spark;

import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.AtomicFiles;
import dev.mto.spark.hadoop.RemoteFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Files in the folder of a run by which the driver and the workers find out that it is the same
 * one, and by which a stop is asked for. They end with the job.
 */
final class SharedFiles {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration REMOTE_POLL = Duration.ofSeconds(5); // each is paid for

  private final Optional<RemoteFolder> remote;
  private final Path seen;
  private final Path stop;

  SharedFiles(Path root) {
    remote = RemoteFolder.at(root);
    seen = root.resolve("cluster-seen.tmp");
    stop = root.resolve("cluster-stop.tmp");
  }

  /** Writes what all workers must see. */
  void begin(byte[] token) {
    delete();
    write(seen, digest(token));
  }

  private void write(Path file, String text) {
    remote.ifPresentOrElse(
        folder -> folder.put(file.getFileName().toString(), text),
        () -> AtomicFiles.writeString(file, text));
  }

  /** How often is looked whether something has changed. */
  Duration poll() {
    return remote.isPresent() ? REMOTE_POLL : POLL;
  }

  /**
   * Asks whether this process sees what the driver wrote.
   *
   * @param who asks
   * @throws UserException where not
   */
  void requireSeen(byte[] token, String who) {
    if (!isCurrent(token)) {
      throw new UserException(
          "%s does not see %s, which the driver has just written; give a run folder (--out) on storage that all machines have under the same name"
              .formatted(who, seen));
    }
  }

  /** Whether the attempt of this token is the driver's last. */
  boolean isCurrent(byte[] token) {
    try {
      return Files.exists(seen) && Files.readString(seen).equals(digest(token));
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw FileException.reading(seen, e);
    }
  }

  /** Not the token itself, which others who can read the folder must not know. */
  private static String digest(byte[] token) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(
                      ("seen" + HexFormat.of().formatHex(token))
                          .getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Asks the workers to save and stop. */
  void askToStop() {
    if (Files.notExists(stop)) {
      write(stop, "stop\n");
    }
  }

  boolean isAskedToStop() {
    return Files.exists(stop);
  }

  void delete() {
    for (Path file : List.of(seen, stop)) {
      remote.ifPresentOrElse(
          folder -> folder.delete(file.getFileName().toString()), () -> deleteHere(file));
    }
  }

  private static void deleteHere(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw FileException.writing(file, e);
    }
  }
}
