package dev.mto.spark.hadoop;

import dev.mto.engine.errors.FileException;
import dev.mto.engine.shards.ShardStore;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.StreamCapabilities;

/**
 * Puts files into a folder of one of Hadoop's file systems, whole or not at all: under another name
 * and renamed over the old one, or, on object stores, where a file is there when it is closed and a
 * rename copies, as they are.
 */
public final class RemoteFolder implements ShardStore {
  private static final Set<String> OBJECT_STORES = Set.of("s3a", "s3", "gs", "oss", "cosn");
  private static final String TEMPORARY = ".*\\.[0-9a-f]{16}\\.tmp";

  private final HadoopPath root;
  private final FileSystem hadoop;

  private RemoteFolder(HadoopPath root) {
    this.root = root;
    this.hadoop = root.getFileSystem().hadoop();
  }

  /** The folder of a path that {@link HadoopStorage} gave; nothing for one of the system. */
  public static Optional<RemoteFolder> at(Path root) {
    return root instanceof HadoopPath path ? Optional.of(new RemoteFolder(path)) : Optional.empty();
  }

  @Override
  public Path root() {
    return root;
  }

  private boolean isObjectStore() {
    return OBJECT_STORES.contains(root.getFileSystem().scheme());
  }

  /** Whether of two that put a new file at once one is told that it is there already. */
  public boolean isExclusive() {
    return !isObjectStore();
  }

  /**
   * Puts a file of this machine there, in place of what is there.
   *
   * @param name with slashes, below the folder
   * @throws FileException when it cannot be; the old one stays
   */
  public void put(String name, Path file) {
    put(name, out -> Files.copy(file, out));
  }

  /** As the other, text in UTF-8. */
  public void put(String name, String text) {
    put(name, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Override
  public void put(String name, Content content) {
    org.apache.hadoop.fs.Path file = path(name);
    try {
      if (isObjectStore()) {
        write(file, true, content);
      } else {
        replace(file, content);
      }
    } catch (IOException e) {
      throw FileException.writing(root.resolve(name), e);
    }
  }

  private void replace(org.apache.hadoop.fs.Path file, Content content) throws IOException {
    String random = "%016x".formatted(ThreadLocalRandom.current().nextLong());
    org.apache.hadoop.fs.Path temporary = file.suffix("." + random + ".tmp");
    try {
      write(temporary, false, content);
      FileContext.getFileContext(hadoop.getUri(), root.getFileSystem().configuration())
          .rename(temporary, file, Options.Rename.OVERWRITE);
    } catch (IOException | RuntimeException e) {
      try {
        hadoop.delete(temporary, false);
      } catch (IOException left) {
        e.addSuppressed(left); // sweep() deletes it
      }
      throw e;
    }
  }

  private void write(org.apache.hadoop.fs.Path file, boolean overwrite, Content content)
      throws IOException {
    FSDataOutputStream out = hadoop.create(file, overwrite);
    try {
      content.writeTo(out);
    } catch (IOException | RuntimeException e) {
      if (out.hasCapability(StreamCapabilities.ABORTABLE_STREAM)) {
        out.abort(); // closing it would make a part of the file look like all of it
      } else if (!isObjectStore()) {
        out.close();
      }
      throw e;
    }
    out.close();
  }

  /**
   * Makes a file that must not be there yet.
   *
   * @return whether it was made; surely by this call alone where {@link #isExclusive}
   */
  public boolean putNew(String name, String text) {
    try {
      write(path(name), false, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
      return true;
    } catch (IOException e) {
      if (Files.exists(root.resolve(name))) {
        return false;
      }
      throw FileException.writing(root.resolve(name), e);
    }
  }

  /** The text of a file, where there is one. */
  public Optional<String> read(String name) {
    Path file = root.resolve(name);
    try {
      return Optional.of(Files.readString(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw FileException.reading(file, e);
    }
  }

  /** Copies a file of the folder to one of this machine, whose folder is made. */
  public void get(String name, Path file) {
    try {
      Files.createDirectories(file.getParent());
    } catch (IOException e) {
      throw FileException.writing(file, e);
    }
    try (InputStream in = hadoop.open(path(name))) {
      Files.copy(in, file);
    } catch (IOException e) {
      throw FileException.reading(root.resolve(name), e);
    }
  }

  /** The files at any depth, by their names with slashes. */
  public SortedSet<String> files() {
    SortedSet<String> names = new TreeSet<>();
    try {
      String folder = root.hadoop().toUri().getPath() + "/";
      RemoteIterator<LocatedFileStatus> all = hadoop.listFiles(root.hadoop(), true);
      while (all.hasNext()) {
        names.add(all.next().getPath().toUri().getPath().substring(folder.length()));
      }
      return names;
    } catch (FileNotFoundException e) {
      return names;
    } catch (IOException e) {
      throw FileException.reading(root, e);
    }
  }

  @Override
  public void delete(String name) {
    try {
      hadoop.delete(path(name), false);
    } catch (IOException e) {
      throw FileException.writing(root.resolve(name), e);
    }
  }

  @Override
  public void sweep() {
    files().stream().filter(name -> name.matches(TEMPORARY)).forEach(this::delete);
  }

  private org.apache.hadoop.fs.Path path(String name) {
    return root.resolve(name).hadoop();
  }
}
