package dev.mto.engine.pictures;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Which pixels of each image are masked, from a mask of pixels or of whole patches. */
final class MaskedPixels {
  private final float[] values;
  private final int rows;
  private final int columns;
  private final int cellHeight;
  private final int cellWidth;

  MaskedPixels(INDArray mask, ShownImages images) {
    boolean fits =
        mask.rank() == 3
            && mask.size(0) == images.count()
            && images.height() % mask.size(1) == 0
            && images.width() % mask.size(2) == 0;
    if (!fits) {
      throw new IllegalArgumentException(
          "mask has shape %s: %d images of %dx%d need [%d, h, w] with h dividing %d and w dividing %d"
              .formatted(
                  Arrays.toString(mask.shape()),
                  images.count(),
                  images.height(),
                  images.width(),
                  images.count(),
                  images.height(),
                  images.width()));
    }
    values = mask.castTo(DataType.FLOAT).dup('c').data().asFloat();
    rows = (int) mask.size(1);
    columns = (int) mask.size(2);
    cellHeight = images.height() / rows;
    cellWidth = images.width() / columns;
  }

  boolean masked(int image, int y, int x) {
    return values[(image * rows + y / cellHeight) * columns + x / cellWidth] > 0.5f;
  }
}
