package dev.mto.models.weights;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** What Git leaves in the place of a large file whose contents were not fetched (Git LFS). */
final class LargeFilePointer {
  private static final byte[] START =
      "version https://git-lfs.github.com/spec/".getBytes(StandardCharsets.US_ASCII);

  private LargeFilePointer() {}

  /** Refuses a pointer, with what to do. */
  static void refuse(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      if (Arrays.equals(in.readNBytes(START.length), START)) {
        throw WeightFileException.of(
            file,
            "a Git LFS pointer, not the weights themselves: fetch them by `git lfs pull` in its repository, or download the file");
      }
    }
  }
}
