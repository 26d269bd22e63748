package dev.mto.engine.shards;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/** A folder that files are put into whole or not at all. */
public interface ShardStore {
  /** What a file holds. */
  @FunctionalInterface
  interface Content {
    /** Writes all of it, and closes nothing. */
    void writeTo(OutputStream out) throws IOException;
  }

  /** The folder, whose files can be read by its paths. */
  Path root();

  /**
   * Puts a file there, in place of what is there.
   *
   * @throws dev.mto.engine.errors.FileException when it cannot be; the old one stays, as where
   *     {@code content} throws
   */
  void put(String name, Content content);

  /** Deletes a file that may be there. */
  void delete(String name);

  /** Deletes what processes left that were killed while they put a file there. */
  void sweep();

  /** A folder of the system, which exists. */
  static ShardStore ofSystem(Path root) {
    return new SystemStore(root);
  }
}
