package dev.mto.data.image;

import java.util.Random;
import org.bytedeco.javacv.OpenCVFrameConverter;
import org.bytedeco.opencv.opencv_core.Mat;
import org.datavec.image.data.ImageWritable;
import org.datavec.image.transform.BaseImageTransform;

/** A DataVec transform of an OpenCV matrix. */
abstract class MatTransform extends BaseImageTransform<Mat> {
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

  /** Where points of the last image went, as pairs x, y: nowhere, unless a subclass moves them. */
  @Override
  public float[] query(float... coordinates) {
    return coordinates.clone();
  }
}
