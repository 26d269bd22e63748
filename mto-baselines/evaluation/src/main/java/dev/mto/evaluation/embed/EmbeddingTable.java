package dev.mto.evaluation.embed;

import dev.mto.data.folder.ImageFolder;
import dev.mto.engine.encoder.ImageFeature;
import dev.mto.engine.errors.FileException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The finished rows of a job, read one after the other.
 *
 * @param plan by which they were made
 * @param images that their indices mean
 * @param file that holds them
 * @param rows how many there are
 */
record EmbeddingTable(EmbeddingPlan plan, ImageFolder images, Path file, int rows) {
  /** Gets one row after the other. */
  @FunctionalInterface
  interface Visitor {
    void row(ImageFeature row) throws IOException;
  }

  /** Values of a vector. */
  int dim() {
    return plan.by().dim();
  }

  /**
   * Hands every row to {@code visitor}, in order.
   *
   * @throws FileException when rows cannot be read
   * @throws IOException that the visitor throws
   */
  void forEach(Visitor visitor) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
      for (int i = 0; i < rows; i++) {
        EmbeddedRow row = EmbeddedRow.read(in, dim());
        visitor.row(new ImageFeature(images.path(row.image()), row.vector()));
      }
    }
  }
}
