package dev.mto.data.folder;

import dev.mto.data.image.EncodedImage;
import dev.mto.data.image.UnreadableImageException;
import java.nio.file.Path;

/** The images of a place, by number: what they are called, their classes and their bytes. */
interface Members {
  int size();

  /** Name within its class, or among all without classes, with forward slashes. */
  String name(int index);

  /** Rank of its class, or -1. */
  int label(int index);

  /**
   * What is stored.
   *
   * @param path of the image, as {@link ImageFolder#path} gives it
   * @throws UnreadableImageException if it cannot be read
   */
  byte[] bytes(int index, Path path) throws UnreadableImageException;

  /** Files of their own. */
  final class OwnFiles implements Members {
    private final String[] names;
    private final int[] labels;

    /**
     * Files in order.
     *
     * @param labels ranks; empty where there are no classes
     */
    OwnFiles(String[] names, int[] labels) {
      this.names = names;
      this.labels = labels;
    }

    @Override
    public int size() {
      return names.length;
    }

    @Override
    public String name(int index) {
      return names[index];
    }

    @Override
    public int label(int index) {
      return labels.length == 0 ? -1 : labels[index];
    }

    @Override
    public byte[] bytes(int index, Path path) throws UnreadableImageException {
      return EncodedImage.bytes(path);
    }
  }
}
