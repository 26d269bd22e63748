package dev.mto.evaluation.embed;

import dev.mto.data.folder.ImageFolder;
import dev.mto.engine.errors.UserException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Which images were embedded.
 *
 * @param source the folder, archive or list as it was given
 * @param directory where relative paths begin, absolute
 * @param identity SHA-256 over paths and sizes
 * @param files how many images there are, unreadable ones included
 */
public record EmbeddedImages(String source, String directory, String identity, int files) {
  static EmbeddedImages of(Path source, ImageFolder images) {
    return new EmbeddedImages(
        source.toString(),
        Path.of("").toAbsolutePath().toString(),
        images.identity(),
        images.size());
  }

  /**
   * Lists the images of a folder or of tar archives at any depth, or those that a text file names.
   *
   * @throws UserException when there is none
   */
  public static ImageFolder open(Path source) {
    try {
      return Files.isRegularFile(source) && !ImageFolder.isArchive(source)
          ? ImageFolder.listedIn(source)
          : ImageFolder.atAnyDepth(source);
    } catch (IllegalArgumentException e) {
      throw new UserException("--images: " + e.getMessage(), e);
    }
  }

  /** An image of these, wherever the present folder is. */
  Path locate(String image) {
    return Path.of(directory).resolve(image).normalize();
  }
}
