package dev.mto.speed.input;

import dev.mto.data.folder.ImageFolder;
import dev.mto.engine.errors.UserException;
import dev.mto.speed.TemporaryFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The images that are measured: a folder of its own for as long as the benchmark runs, so that all
 * readers get the same files, warm in the operating system's cache.
 *
 * @param description for people
 */
record ImageSet(TemporaryFolder folder, String description) implements AutoCloseable {
  private static final long SEED = 1;

  private interface Filling {
    void into(Path folder) throws IOException;
  }

  /** Photos made up here. */
  static ImageSet synthetic(SyntheticPhotos photos, int count) throws IOException {
    String description =
        "synthetic photos of %dx%d, JPEG quality %d"
            .formatted(photos.width(), photos.height(), photos.quality());
    return filled(description, folder -> photos.write(folder, count, SEED));
  }

  /** Copies of at most {@code count} of a folder's images, evenly spaced over it. */
  static ImageSet of(Path images, int count) throws IOException {
    if (ImageFolder.isArchive(images)) {
      throw new UserException(
          "--images: " + images + " is an archive; give a folder of image files");
    }
    ImageFolder all;
    try {
      all = ImageFolder.open(images);
    } catch (IllegalArgumentException e) {
      throw new UserException("--images: " + e.getMessage(), e);
    }
    int taken = Math.min(count, all.size());
    return filled(
        "images of " + images,
        folder -> {
          for (int i = 0; i < taken; i++) {
            Path from = all.path((int) ((long) i * all.size() / taken));
            String name = from.getFileName().toString();
            String ending = name.substring(Math.max(0, name.lastIndexOf('.')));
            Files.copy(from, folder.resolve(String.format(Locale.ROOT, "%04d%s", i, ending)));
          }
        });
  }

  private static ImageSet filled(String description, Filling filling) throws IOException {
    TemporaryFolder folder = new TemporaryFolder("mto-bench-input");
    try {
      filling.into(folder.path());
    } catch (IOException | RuntimeException e) {
      folder.close();
      throw e;
    }
    return new ImageSet(folder, description);
  }

  ImageFolder images() {
    return ImageFolder.open(folder.path());
  }

  /** Mean size of a file. */
  double meanBytes() {
    ImageFolder images = images();
    return IntStream.range(0, images.size())
        .mapToLong(i -> images.path(i).toFile().length())
        .average()
        .orElse(Double.NaN);
  }

  @Override
  public void close() throws IOException {
    folder.close();
  }
}
