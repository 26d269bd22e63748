package dev.mto.data.image;

import java.util.Random;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;

/** Random resized crop and horizontal flip, drawn in this order from the given stream. */
final class RandomResizedCrop extends MatTransform {
  private static final int HORIZONTAL = 1;

  /** How a crop is drawn. */
  @FunctionalInterface
  interface Draw {
    CropBox of(int imageHeight, int imageWidth, Augmentation range, Random random);
  }

  private final Augmentation augmentation;
  private final Draw draw;

  RandomResizedCrop(Augmentation augmentation) {
    this(augmentation, CropBox::draw);
  }

  RandomResizedCrop(Augmentation augmentation, Draw draw) {
    this.augmentation = augmentation;
    this.draw = draw;
  }

  @Override
  Mat apply(Mat image, Random random) {
    CropBox box = draw.of(image.rows(), image.cols(), augmentation, random);
    return crop(image, box, random);
  }

  /** The same draws of a JPEG that is decoded at the lowest resolution that its crop allows. */
  Mat applyReduced(EncodedImage jpeg, Random random) throws UnreadableImageException {
    CropBox box = draw.of(jpeg.height(), jpeg.width(), augmentation, random);
    ReducedDecoding reduction =
        ReducedDecoding.largest(box, augmentation.height(), augmentation.width());
    Mat image = jpeg.decode(augmentation.channels(), reduction);
    Mat result = crop(image, reduction.of(box, image.rows(), image.cols()), random);
    resizedBefore(reduction.divisor(), reduction.divisor());
    return result;
  }

  private Mat crop(Mat image, CropBox box, Random random) {
    Mat crop =
        cut(image, box, augmentation.height(), augmentation.width(), augmentation.interpolation());
    if (random.nextDouble() >= augmentation.flip()) {
      return crop;
    }
    Mat mirrored = new Mat();
    opencv_core.flip(crop, mirrored, HORIZONTAL);
    flipped();
    return mirrored;
  }
}
