package dev.mto.data.image;

import dev.mto.data.pixels.Interpolation;
import java.util.Random;
import org.bytedeco.javacv.OpenCVFrameConverter;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.datavec.image.data.ImageWritable;
import org.datavec.image.transform.BaseImageTransform;

/** A DataVec transform of an OpenCV matrix, which may cut a rectangle and resize it. */
abstract class MatTransform extends BaseImageTransform<Mat> {
  private CropBox box = new CropBox(0, 0, 1, 1);
  private int height = 1;
  private int width = 1;
  private boolean flipped;
  private double beforeX = 1;
  private double beforeY = 1;

  MatTransform() {
    super(null);
    converter = new OpenCVFrameConverter.ToMat();
  }

  /** A continuous matrix from {@code image}, which stays as it is. */
  abstract Mat apply(Mat image, Random random);

  @Override
  protected final ImageWritable doTransform(ImageWritable image, Random random) {
    Mat result = apply(converter.convert(image.getFrame()), random);
    return new ImageWritable(converter.convert(result));
  }

  /** Where points of the last image went, as pairs x, y: nowhere, unless it was cut. */
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
    box = from;
    height = toHeight;
    width = toWidth;
    flipped = false;
    resizedBefore(1, 1);
    Mat view = new Mat(image, new Rect(from.left(), from.top(), from.width(), from.height()));
    if (from.height() == toHeight && from.width() == toWidth) {
      return view.clone();
    }
    return OpenCv.resize(view, toHeight, toWidth, interpolation);
  }

  /** The last cut was mirrored from left to right. */
  final void flipped() {
    flipped = true;
  }

  /** The image's size over that of the resized image which the last cut was made from. */
  final void resizedBefore(double x, double y) {
    beforeX = x;
    beforeY = y;
  }
}
