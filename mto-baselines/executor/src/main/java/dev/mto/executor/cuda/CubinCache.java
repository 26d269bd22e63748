package dev.mto.executor.cuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Machine code that NVRTC made in an earlier process, in a folder of the user. A file is named by
 * what its code was made from, begins with a hash of that name and of the code, and appears whole
 * or not at all; one that does not fit its hash is as none. Where the folder cannot be used, or
 * others could put files into it, nothing is kept.
 */
final class CubinCache {
  /** System property with the folder, instead of the user's. */
  static final String FOLDER_PROPERTY = "mto.cuda.cache";

  private static final Path SELF = Path.of("/proc/self");
  private static final int HASH_BYTES = 32;

  private static final Logger LOG = LoggerFactory.getLogger(CubinCache.class);

  private final Path folder;

  /** A cache in a folder, which is made when there is something to keep. */
  CubinCache(Path folder) {
    this.folder = folder;
  }

  /** The user's: below {@code XDG_CACHE_HOME} or, where that names no absolute path, ~/.cache. */
  static CubinCache ofUser() {
    String given = System.getProperty(FOLDER_PROPERTY);
    return new CubinCache(
        given == null
            ? below(System.getenv("XDG_CACHE_HOME"), System.getProperty("user.home"))
            : Path.of(given));
  }

  static Path below(String cacheHome, String home) {
    boolean named = cacheHome != null && Path.of(cacheHome).isAbsolute();
    return (named ? Path.of(cacheHome) : Path.of(home, ".cache")).resolve(Path.of("mto", "cubins"));
  }

  /**
   * The name of machine code, a hash of what it is made from.
   *
   * @param version of NVRTC
   * @param options those it was given, with the capability of the GPU
   */
  static String name(String source, String version, String... options) {
    MessageDigest digest = sha256();
    for (String part : new String[] {version, String.join("\n", options), source}) {
      digest.update(part.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** The machine code of a name; empty where it is not kept whole. */
  Optional<byte[]> read(String name) {
    Path file = file(name);
    try {
      if (!Files.exists(file) || !isOwn()) {
        return Optional.empty();
      }
      byte[] all = Files.readAllBytes(file);
      if (all.length > HASH_BYTES) {
        byte[] code = Arrays.copyOfRange(all, HASH_BYTES, all.length);
        if (MessageDigest.isEqual(Arrays.copyOf(all, HASH_BYTES), hash(name, code))) {
          return Optional.of(code);
        }
      }
      LOG.warn("{} is damaged; the kernels are compiled anew", file);
    } catch (IOException e) {
      LOG.debug("{} cannot be read: {}", file, e.toString());
    }
    return Optional.empty();
  }

  /** Keeps machine code under a name, where that is possible. */
  void write(String name, byte[] code) {
    Path temporary = null;
    try {
      makeFolder();
      if (!isOwn()) {
        LOG.warn("{} is not this user's alone: compiled kernels are not kept there", folder);
        return;
      }
      temporary = Files.createTempFile(folder, name, ".tmp");
      byte[] all = Arrays.copyOf(hash(name, code), HASH_BYTES + code.length);
      System.arraycopy(code, 0, all, HASH_BYTES, code.length);
      Files.write(temporary, all);
      Files.move(
          temporary,
          file(name),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      LOG.debug("compiled kernels cannot be kept in {}: {}", folder, e.toString());
      delete(temporary);
    }
  }

  private Path file(String name) {
    return folder.resolve(name + ".cubin");
  }

  private void makeFolder() throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder.toAbsolutePath().getParent());
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
  }

  private boolean isOwn() throws IOException {
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(folder);
    return Files.getOwner(folder).equals(Files.getOwner(SELF))
        && !permissions.contains(PosixFilePermission.GROUP_WRITE)
        && !permissions.contains(PosixFilePermission.OTHERS_WRITE);
  }

  private static void delete(Path temporary) {
    try {
      if (temporary != null) {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      LOG.debug("{} cannot be deleted: {}", temporary, e.toString());
    }
  }

  /** Of the name too, so that a file under the name of another is none of its code. */
  private static byte[] hash(String name, byte[] code) {
    MessageDigest digest = sha256();
    digest.update(name.getBytes(StandardCharsets.UTF_8));
    return digest.digest(code);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
