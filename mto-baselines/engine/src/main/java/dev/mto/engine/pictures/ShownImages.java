package dev.mto.engine.pictures;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Images [n, C, H, W] with values 0 to 1 as colours: the first three channels are red, green and
 * blue; of one or two, the first is grey.
 */
final class ShownImages {
  /** Says that a value is not finite: a colour that no image has by accident. */
  private static final int NOT_FINITE = 0xff00ff;

  private final float[] values;
  private final int count;
  private final int channels;
  private final int height;
  private final int width;

  ShownImages(String name, INDArray images) {
    if (images.rank() != 4 || images.size(1) < 1) {
      throw new IllegalArgumentException(
          "%s has shape %s: pictures need [n, C, H, W]"
              .formatted(name, Arrays.toString(images.shape())));
    }
    values = images.castTo(DataType.FLOAT).dup('c').data().asFloat();
    count = (int) images.size(0);
    channels = (int) images.size(1);
    height = (int) images.size(2);
    width = (int) images.size(3);
  }

  int count() {
    return count;
  }

  int height() {
    return height;
  }

  int width() {
    return width;
  }

  int rgb(int image, int y, int x) {
    int red = level(image, 0, y, x);
    int green = level(image, channels >= 3 ? 1 : 0, y, x);
    int blue = level(image, channels >= 3 ? 2 : 0, y, x);
    return (red | green | blue) < 0 ? NOT_FINITE : red << 16 | green << 8 | blue;
  }

  /** 0 to 255, or -1 for a value that is not finite. */
  private int level(int image, int channel, int y, int x) {
    float value = values[((image * channels + channel) * height + y) * width + x];
    return Float.isFinite(value) ? Math.round(255 * Math.min(Math.max(value, 0), 1)) : -1;
  }
}
