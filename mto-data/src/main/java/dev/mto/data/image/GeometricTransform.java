package dev.mto.data.image;

import dev.mto.data.pixels.Interpolation;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;

/** A transform that cuts a rectangle and resizes it. */
abstract class GeometricTransform extends MatTransform {
  private CropBox box = new CropBox(0, 0, 1, 1);
  private int height = 1;
  private int width = 1;
  private boolean flipped;
  private double beforeX = 1;
  private double beforeY = 1;

  /** Where points of the last image went, as pairs x, y. */
  @Override
  public float[] query(float... coordinates) {
    float[] moved = new float[coordinates.length];
    for (int i = 0; i + 1 < coordinates.length; i += 2) {
      float x = (float) (coordinates[i] / beforeX - box.left()) * width / box.width();
      moved[i] = flipped ? width - x : x;
      moved[i + 1] = (float) (coordinates[i + 1] / beforeY - box.top()) * height / box.height();
    }
    return moved;
  }

  final Mat cut(Mat image, CropBox from, int toHeight, int toWidth, Interpolation interpolation) {
    remember(from, toHeight, toWidth);
    Mat view = new Mat(image, new Rect(from.left(), from.top(), from.width(), from.height()));
    if (from.height() == toHeight && from.width() == toWidth) {
      return view.clone();
    }
    return OpenCv.resize(view, toHeight, toWidth, interpolation);
  }

  final void flipped(boolean value) {
    flipped = value;
  }

  /** The image's size over that of the resized image which the last cut was made from. */
  final void resizedBefore(double x, double y) {
    beforeX = x;
    beforeY = y;
  }

  private void remember(CropBox from, int toHeight, int toWidth) {
    box = from;
    height = toHeight;
    width = toWidth;
    flipped = false;
    beforeX = 1;
    beforeY = 1;
  }
}
