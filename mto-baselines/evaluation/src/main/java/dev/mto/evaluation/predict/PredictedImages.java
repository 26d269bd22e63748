package dev.mto.evaluation.predict;

import dev.mto.data.folder.ImageFolder;
import dev.mto.engine.errors.UserException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The images to be predicted.
 *
 * @param folder the images; their labels are ranks in the classifier's classes, where they have any
 * @param note why there are no labels, although images lie in folders; null where there is nothing
 *     to say
 */
public record PredictedImages(ImageFolder folder, String note) {
  /**
   * Opens a folder or tar archives of images, flat or in class folders; an image; or a text file of
   * images, one path a line, relative ones from the text file's folder.
   *
   * @param classes those of the classifier; a folder whose class folders are all among them has
   *     labels
   * @throws UserException when there is nothing there, or no image in it
   */
  public static PredictedImages open(Path images, List<String> classes) {
    try {
      boolean archive = ImageFolder.isArchive(images);
      if (!archive && !Files.exists(images)) {
        throw new UserException(
            images + ": does not exist; give a folder, an archive, an image or a list");
      }
      if (archive || Files.isDirectory(images)) {
        return ofFolder(images, classes);
      }
      boolean one = ImageFolder.isImage(images);
      return new PredictedImages(
          one ? ImageFolder.of(List.of(images)) : ImageFolder.listedIn(images), null);
    } catch (IllegalArgumentException e) {
      throw new UserException("--images: " + e.getMessage(), e);
    }
  }

  private static PredictedImages ofFolder(Path images, List<String> classes) {
    ImageFolder folder;
    try {
      folder = ImageFolder.open(images);
    } catch (IllegalArgumentException e) { // images beside class folders
      return new PredictedImages(ImageFolder.atAnyDepth(images), "no accuracy: " + e.getMessage());
    }
    if (!folder.labelled()) {
      return new PredictedImages(folder, null);
    }
    List<String> unknown =
        folder.classes().stream().filter(name -> !classes.contains(name)).toList();
    if (unknown.isEmpty()) {
      return new PredictedImages(folder.inClasses(classes), null);
    }
    String note =
        "no accuracy: the folder%s %s %s not among the classes"
            .formatted(
                unknown.size() == 1 ? "" : "s",
                unknown.size() <= 5 ? unknown : unknown.subList(0, 5) + " and more",
                unknown.size() == 1 ? "is" : "are");
    return new PredictedImages(ImageFolder.atAnyDepth(images), note);
  }

  /** Whether the classes of the images are known. */
  public boolean labelled() {
    return folder.labelled();
  }

  /** How an image is called in the results. */
  String path(int index) {
    return folder.path(index).toString();
  }

  /** The class of the folder that an image lies in; null where it is not known. */
  String label(int index) {
    return labelled() ? folder.classes().get(folder.label(index)) : null;
  }
}
