package dev.mto.engine.pictures;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Reconstructions beside their images: one row an image; columns are the original, the masked
 * input, the prediction with the visible pixels pasted in, and the prediction alone.
 */
public final class Reconstructions {
  /** The grey of masked patches, as 0xRRGGBB. */
  static final int MASKED = 0x9aa0a6;

  private static final List<String> HEADINGS =
      List.of("original", "masked input", "visible + predicted", "prediction");

  private Reconstructions() {}

  /**
   * Writes the grid, magnified by nearest neighbour where images are small. Values are cut to [0,
   * 1]; values that are not finite show in magenta.
   *
   * @param png the file to write or replace
   * @param caption says below the grid what the prediction is
   * @param original images [n, C, H, W], values 0 to 1, C 1 or 3
   * @param mask 1 where masked, 0 where visible: pixels [n, H, W], or patches [n, h, w] where h
   *     divides H and w divides W
   * @param prediction predicted images, shape and scale of {@code original}
   * @param labels a caption for each row, or an empty list for none
   * @throws IllegalArgumentException if the shapes do not fit each other
   */
  public static void write(
      Path png,
      String caption,
      INDArray original,
      INDArray mask,
      INDArray prediction,
      List<String> labels)
      throws IOException {
    ShownImages images = new ShownImages("original", original);
    if (!Arrays.equals(original.shape(), prediction.shape())) {
      throw new IllegalArgumentException(
          "prediction has shape %s and original %s: give both the same shape"
              .formatted(Arrays.toString(prediction.shape()), Arrays.toString(original.shape())));
    }
    if (!labels.isEmpty() && labels.size() != images.count()) {
      throw new IllegalArgumentException(
          "%d labels for %d images: give one for each image, or none"
              .formatted(labels.size(), images.count()));
    }
    ShownImages predicted = new ShownImages("prediction", prediction);
    Masked masked = masked(mask, images);
    TileGrid grid =
        new TileGrid(HEADINGS, labels, caption, images.count(), images.height(), images.width());
    for (int i = 0; i < images.count(); i++) {
      int image = i;
      grid.tile(i, 0, (y, x) -> images.rgb(image, y, x));
      grid.tile(i, 1, (y, x) -> masked.at(image, y, x) ? MASKED : images.rgb(image, y, x));
      grid.tile(i, 2, (y, x) -> (masked.at(image, y, x) ? predicted : images).rgb(image, y, x));
      grid.tile(i, 3, (y, x) -> predicted.rgb(image, y, x));
    }
    Drawing.write(png, grid.finish());
  }

  /** Whether a pixel of an image is masked. */
  @FunctionalInterface
  private interface Masked {
    boolean at(int image, int y, int x);
  }

  private static Masked masked(INDArray mask, ShownImages images) {
    int height = images.height();
    int width = images.width();
    if (mask.rank() != 3
        || mask.size(0) != images.count()
        || height % mask.size(1) != 0
        || width % mask.size(2) != 0) {
      throw new IllegalArgumentException(
          "mask has shape %1$s: %2$d images of %3$dx%4$d need [%2$d, h, w] with h dividing %3$d and w dividing %4$d"
              .formatted(Arrays.toString(mask.shape()), images.count(), height, width));
    }
    float[] values = mask.castTo(DataType.FLOAT).dup('c').data().asFloat();
    int rows = (int) mask.size(1);
    int columns = (int) mask.size(2);
    return (image, y, x) ->
        values[(image * rows + y * rows / height) * columns + x * columns / width] > 0.5f;
  }
}
