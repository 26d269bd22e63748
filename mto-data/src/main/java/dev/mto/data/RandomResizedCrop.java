package dev.mto.data;

import java.util.Random;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;

/** Random resized crop and horizontal flip, drawn in this order from the given stream. */
final class RandomResizedCrop extends GeometricTransform {
  private static final int HORIZONTAL = 1;

  private final Augmentation augmentation;

  RandomResizedCrop(Augmentation augmentation) {
    this.augmentation = augmentation;
  }

  @Override
  Mat apply(Mat image, Random random) {
    CropBox box = CropBox.draw(image.rows(), image.cols(), augmentation, random);
    Mat crop =
        cut(image, box, augmentation.height(), augmentation.width(), augmentation.interpolation());
    if (random.nextDouble() >= augmentation.flip()) {
      return crop;
    }
    Mat mirrored = new Mat();
    opencv_core.flip(crop, mirrored, HORIZONTAL);
    flipped(true);
    return mirrored;
  }
}
