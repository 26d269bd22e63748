package dev.mto.data.storage;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Gives paths of storage that the system has not mounted; found as a service. It is no {@link
 * java.nio.file.spi.FileSystemProvider} that Java finds by itself: one of those has one scheme, is
 * made in every program that has it on its class path, and is found there alone.
 */
public interface Storage {
  /**
   * The path of an address.
   *
   * @param scheme in lower case
   * @param authority host, with a port where there is one, or bucket; may be empty
   * @param path from the root, beginning with a slash
   * @return nothing where this storage cannot have the scheme
   * @throws IllegalArgumentException in one line, where it could and the address is wrong
   */
  Optional<Path> path(String scheme, String authority, String path);
}
