package dev.mto.bench.init;

import dev.mto.data.folder.ImageFolder;
import dev.mto.engine.errors.UserException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which images are for training and which for validation, as their folders' names say.
 *
 * @param train folder of training images
 * @param validation folder of validation images, where there is one
 */
record ImageSplit(Path train, Optional<Path> validation) {
  private static final String TRAIN = "train";
  private static final List<String> VALIDATION = List.of("val", "validation", "valid", "test");

  /**
   * Of a folder with {@code train} and {@code val} (or {@code validation}, {@code valid}, {@code
   * test}) in it, of one that is called {@code train} and has the other beside it, or of a folder
   * of images alone; an archive, or a pattern of several, is of images alone.
   *
   * @throws UserException when there is no such folder
   */
  static ImageSplit of(Path folder) {
    if (ImageFolder.isArchive(folder)) {
      return new ImageSplit(folder, Optional.empty());
    }
    if (!Files.isDirectory(folder)) {
      throw new UserException(
          folder + " is not a folder, nor a tar archive; give the folder of your images");
    }
    Path train = folder.resolve(TRAIN);
    if (Files.isDirectory(train)) {
      return new ImageSplit(train, validation(folder));
    }
    Path whole = folder.toAbsolutePath().normalize();
    boolean named = whole.getFileName() != null && whole.getFileName().toString().equals(TRAIN);
    return new ImageSplit(folder, named ? validation(whole.getParent()) : Optional.empty());
  }

  private static Optional<Path> validation(Path parent) {
    return Stream.ofNullable(parent)
        .flatMap(folder -> VALIDATION.stream().map(folder::resolve))
        .filter(Files::isDirectory)
        .findFirst();
  }
}
