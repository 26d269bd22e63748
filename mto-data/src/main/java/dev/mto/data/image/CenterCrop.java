package dev.mto.data.image;

import dev.mto.data.pixels.Interpolation;
import java.util.Objects;
import java.util.Random;
import org.bytedeco.opencv.opencv_core.Mat;
import org.datavec.image.transform.ImageTransform;

/**
 * The evaluation transform: resize so that the result would be {@code share} of the shorter side
 * (224 of 256 pixels at 0.875), cut the centre, normalise. An image that already has the size is
 * left as it is.
 *
 * @param height pixels of the result
 * @param width pixels of the result
 * @param share result's side / resized image's side, in (0, 1]
 * @param interpolation how pixels are resampled
 * @param normalization per-channel mean and std; gives the number of channels
 */
public record CenterCrop(
    int height, int width, double share, Interpolation interpolation, Normalization normalization)
    implements Preprocessing {

  /** 224 of 256 pixels. */
  public static final double USUAL_SHARE = 0.875;

  public CenterCrop {
    Preprocessing.requireSize(height, width);
    Objects.requireNonNull(interpolation, "interpolation");
    Objects.requireNonNull(normalization, "normalization");
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "the crop's share of the resized image is " + share + " but must be in (0, 1]");
    }
  }

  @Override
  public ImageTransform transform() {
    return new MatTransform() {
      @Override
      Mat apply(Mat image, Random random) {
        return crop(image, this);
      }
    };
  }

  private Mat crop(Mat image, MatTransform transform) {
    int rows = image.rows();
    int columns = image.cols();
    if (rows == height && columns == width) {
      return transform.cut(image, new CropBox(0, 0, width, height), height, width, interpolation);
    }
    double scale = Math.max(Math.rint(height / share) / rows, Math.rint(width / share) / columns);
    int resizedRows = Math.max(height, (int) (rows * scale + 1e-9));
    int resizedColumns = Math.max(width, (int) (columns * scale + 1e-9));
    Mat resized = OpenCv.resize(image, resizedRows, resizedColumns, interpolation);
    CropBox centre = CropBox.centred(resizedRows, resizedColumns, height, width);
    Mat result = transform.cut(resized, centre, height, width, interpolation);
    transform.resizedBefore((double) columns / resizedColumns, (double) rows / resizedRows);
    return result;
  }
}
