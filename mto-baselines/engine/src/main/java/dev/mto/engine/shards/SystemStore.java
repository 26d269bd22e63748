package dev.mto.engine.shards;

import dev.mto.engine.errors.FileException;
import dev.mto.engine.folder.AtomicFiles;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder of the system. */
record SystemStore(Path root) implements ShardStore {
  private static final int BUFFER = 1 << 20;

  @Override
  public void put(String name, Content content) {
    AtomicFiles.write(
        root.resolve(name),
        temporary -> {
          try (OutputStream out =
              new BufferedOutputStream(Files.newOutputStream(temporary), BUFFER)) {
            content.writeTo(out);
          }
        });
  }

  @Override
  public void delete(String name) {
    Path file = root.resolve(name);
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw FileException.writing(file, e);
    }
  }

  @Override
  public void sweep() {
    AtomicFiles.sweep(root);
  }
}
