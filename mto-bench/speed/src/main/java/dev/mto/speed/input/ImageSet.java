package dev.mto.speed.input;

import dev.mto.data.folder.ImageFolder;
import dev.mto.engine.errors.UserException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The images that are measured: a folder of its own for as long as the benchmark runs, so that all
 * readers get the same files, warm in the operating system's cache.
 */
final class ImageSet implements AutoCloseable {
  private static final long SEED = 1;

  private final Path folder;
  private final String description;

  private ImageSet(Path folder, String description) {
    this.folder = folder;
    this.description = description;
  }

  /** Photos made up here. */
  static ImageSet synthetic(SyntheticPhotos photos, int count) {
    String description =
        "synthetic photos of %dx%d, JPEG quality %d"
            .formatted(photos.width(), photos.height(), photos.quality());
    return filled(description, folder -> photos.write(folder, count, SEED));
  }

  /** Copies of at most {@code count} of a folder's images, evenly spaced over it. */
  static ImageSet of(Path images, int count) {
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
            String ending = name.substring(name.lastIndexOf('.'));
            Files.copy(from, folder.resolve("%04d%s".formatted(i, ending)));
          }
        });
  }

  private interface Filling {
    void into(Path folder) throws IOException;
  }

  private static ImageSet filled(String description, Filling filling) {
    try {
      ImageSet set = new ImageSet(Files.createTempDirectory("mto-bench-input"), description);
      try {
        filling.into(set.folder);
        return set;
      } catch (IOException | RuntimeException e) {
        set.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path folder() {
    return folder;
  }

  String description() {
    return description;
  }

  ImageFolder images() {
    return ImageFolder.open(folder);
  }

  /** Mean size of a file. */
  double meanBytes() {
    return files().stream().mapToLong(file -> file.toFile().length()).average().orElse(Double.NaN);
  }

  private List<Path> files() {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
