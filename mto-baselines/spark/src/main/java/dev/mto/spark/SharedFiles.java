package dev.mto.spark;

import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.AtomicFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Files in the folder of a run by which the driver and the workers find out that it is the same
 * one, and by which a stop is asked for. They end with the job.
 */
final class SharedFiles {
  private final Path seen;
  private final Path stop;

  SharedFiles(Path root) {
    seen = root.resolve("cluster-seen.tmp");
    stop = root.resolve("cluster-stop.tmp");
  }

  /** Writes what all workers must see. */
  void begin(byte[] token) {
    delete();
    AtomicFiles.writeString(seen, digest(token));
  }

  /**
   * Asks whether this process sees what the driver wrote.
   *
   * @param who asks
   * @throws UserException where not
   */
  void requireSeen(byte[] token, String who) {
    try {
      if (Files.exists(seen) && Files.readString(seen).equals(digest(token))) {
        return;
      }
    } catch (IOException e) {
      throw FileException.reading(seen, e);
    }
    throw new UserException(
        "%s does not see %s, which the driver has just written; give a run folder (--out) on storage that all machines have under the same name"
            .formatted(who, seen));
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
      AtomicFiles.writeString(stop, "stop\n");
    }
  }

  boolean isAskedToStop() {
    return Files.exists(stop);
  }

  void delete() {
    try {
      Files.deleteIfExists(seen);
      Files.deleteIfExists(stop);
    } catch (IOException e) {
      throw FileException.writing(seen, e);
    }
  }
}
