package dev.mto.data.image;

import java.util.Random;
import org.bytedeco.opencv.opencv_core.Mat;

/** Resize so that the result is the wanted share of it, then cut the centre. */
final class ResizeAndCenterCrop extends GeometricTransform {
  private final CenterCrop crop;

  ResizeAndCenterCrop(CenterCrop crop) {
    this.crop = crop;
  }

  @Override
  Mat apply(Mat image, Random random) {
    int rows = image.rows();
    int columns = image.cols();
    if (rows == crop.height() && columns == crop.width()) {
      return cut(image, new CropBox(0, 0, columns, rows), rows, columns, crop.interpolation());
    }
    double scale =
        Math.max(
            Math.rint(crop.height() / crop.share()) / rows,
            Math.rint(crop.width() / crop.share()) / columns);
    int resizedRows = Math.max(crop.height(), (int) (rows * scale + 1e-9));
    int resizedColumns = Math.max(crop.width(), (int) (columns * scale + 1e-9));
    Mat resized = OpenCv.resize(image, resizedRows, resizedColumns, crop.interpolation());
    CropBox centre = CropBox.centred(resizedRows, resizedColumns, crop.height(), crop.width());
    Mat result = cut(resized, centre, crop.height(), crop.width(), crop.interpolation());
    resizedBefore((double) columns / resizedColumns, (double) rows / resizedRows);
    return result;
  }
}
