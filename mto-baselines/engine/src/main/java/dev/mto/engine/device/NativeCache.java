package dev.mto.engine.device;

import dev.mto.engine.errors.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import org.bytedeco.javacpp.Loader;

/**
 * The folder into which JavaCPP unpacks native libraries, from which it loads them. Without a home
 * that can be written to it lies in the temporary folder, under a name that others can foresee.
 */
final class NativeCache {
  private static final Path SELF = Path.of("/proc/self");

  private NativeCache() {}

  /**
   * Refuses a folder into which somebody else could have put libraries.
   *
   * @throws UserException when it or the folder around it is another's, or open to all
   */
  static void check() throws IOException {
    Path cache = Loader.getCacheDir().toPath().toAbsolutePath();
    check(cache.getParent());
    check(cache);
  }

  static void check(Path folder) throws IOException {
    if (!Files.isDirectory(SELF) || !Files.isDirectory(folder)) {
      return;
    }
    boolean own = Files.getOwner(folder).equals(Files.getOwner(SELF));
    boolean open = Files.getPosixFilePermissions(folder).contains(PosixFilePermission.OTHERS_WRITE);
    if (!own || open) {
      throw new UserException(
          "%s: native libraries would be loaded from there, but it belongs to %s with permissions %s; name a folder of your own with MTO_JAVA_OPTIONS=-Dorg.bytedeco.javacpp.cachedir=DIR"
              .formatted(
                  folder,
                  Files.getOwner(folder).getName(),
                  PosixFilePermissions.toString(Files.getPosixFilePermissions(folder))));
    }
  }
}
