package dev.mto.data.folder;

import dev.mto.data.image.EncodedImage;
import dev.mto.data.image.UnreadableImageException;
import dev.mto.data.storage.Locations;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The images of a place, by number: what they are called, their classes and their bytes. */
interface Members extends AutoCloseable {
  int size();

  /** Where an image lies below the root, with forward slashes. */
  String path(int index);

  /** Where an image lies. */
  default Path path(int index, Path root) {
    return root.resolve(path(index));
  }

  /** Names of the classes in order; empty where there are none. */
  List<String> classes();

  /** Rank of its class, or -1. */
  int label(int index);

  /** How archives are read, in one line; empty for files of their own. */
  default Optional<String> readAs() {
    return Optional.empty();
  }

  /** What lies in archives, cannot be read, and is not among the images but counts as some. */
  default List<DatasetReport.BadFile> bad() {
    return List.of();
  }

  /** Archives that the images lie in; 0 for files of their own. */
  default int archives() {
    return 0;
  }

  /** Which archive an image lies in. */
  default int archive(int index) {
    throw new UnsupportedOperationException("files of their own lie in no archive");
  }

  /** Where it begins there, in blocks of {@link TarRecords#BLOCK} bytes. */
  default long block(int index) {
    throw new UnsupportedOperationException("files of their own lie in no archive");
  }

  /**
   * What is stored.
   *
   * @param path of the image, as {@link ImageFolder#path} gives it
   * @throws UnreadableImageException if it cannot be read
   */
  byte[] bytes(int index, Path path) throws UnreadableImageException;

  /** Leaves nothing open; images can still be read. */
  @Override
  default void close() {}

  /** Files of their own. */
  final class OwnFiles implements Members {
    private final List<String> classes;
    private final String[] names;
    private final int[] labels;

    /**
     * Files in order.
     *
     * @param classes names of the class folders; empty for none
     * @param names below the class folder, or the root
     * @param labels ranks of the classes; not looked at without classes
     */
    OwnFiles(List<String> classes, String[] names, int[] labels) {
      this.classes = List.copyOf(classes);
      this.names = names;
      this.labels = labels;
    }

    @Override
    public int size() {
      return names.length;
    }

    @Override
    public String path(int index) {
      return classes.isEmpty() ? names[index] : classes.get(labels[index]) + "/" + names[index];
    }

    @Override
    public List<String> classes() {
      return classes;
    }

    @Override
    public int label(int index) {
      return classes.isEmpty() ? -1 : labels[index];
    }

    @Override
    public byte[] bytes(int index, Path path) throws UnreadableImageException {
      return EncodedImage.bytes(path);
    }
  }

  /**
   * Files that are named one by one.
   *
   * @param names paths or addresses
   */
  @SuppressWarnings("ArrayRecordComponent")
  record NamedFiles(String[] names) implements Members {
    @Override
    public int size() {
      return names.length;
    }

    @Override
    public String path(int index) {
      return names[index];
    }

    @Override
    public Path path(int index, Path root) {
      return Locations.path(names[index]);
    }

    @Override
    public List<String> classes() {
      return List.of();
    }

    @Override
    public int label(int index) {
      return -1;
    }

    @Override
    public byte[] bytes(int index, Path path) throws UnreadableImageException {
      return EncodedImage.bytes(path);
    }
  }
}
