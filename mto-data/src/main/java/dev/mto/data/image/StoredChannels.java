package dev.mto.data.image;

import dev.mto.data.format.ImageHeader;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.MatVector;

/**
 * From the channels that OpenCV gives to those that are asked for: one is luma or grey, three are
 * BGR, which both drop transparency, and any other number are the file's own in their order.
 */
final class StoredChannels {
  private StoredChannels() {}

  /**
   * Converts.
   *
   * @param stored [H, W] with one channel, BGR, BGRA, or any other number in the file's order
   * @param header of the file, which {@link ImageHeader#requireReadableWith} lets pass
   */
  static Mat to(int wanted, Mat stored, ImageHeader header) {
    int channels = stored.channels();
    return switch (wanted) {
      case 1 -> one(stored);
      case 3 ->
          switch (channels) {
            case 1 -> converted(stored, opencv_imgproc.COLOR_GRAY2BGR);
            case 2 -> converted(channel(stored, 0), opencv_imgproc.COLOR_GRAY2BGR);
            case 4 -> converted(stored, opencv_imgproc.COLOR_BGRA2BGR);
            default -> stored;
          };
      case 4 -> converted(stored, opencv_imgproc.COLOR_BGRA2RGBA);
      case 2 -> channels == 4 && header.channels() == 2 ? greyAndAlpha(stored) : stored;
      default -> stored;
    };
  }

  private static Mat one(Mat stored) {
    return switch (stored.channels()) {
      case 2 -> channel(stored, 0);
      case 3 -> converted(stored, opencv_imgproc.COLOR_BGR2GRAY);
      case 4 -> converted(stored, opencv_imgproc.COLOR_BGRA2GRAY);
      default -> stored;
    };
  }

  /** OpenCV gives a grey PNG with transparency as BGRA with equal colours. */
  private static Mat greyAndAlpha(Mat bgra) {
    Mat both = new Mat();
    opencv_core.merge(new MatVector(channel(bgra, 0), channel(bgra, 3)), both);
    return both;
  }

  private static Mat channel(Mat image, int index) {
    Mat channel = new Mat();
    opencv_core.extractChannel(image, channel, index);
    return channel;
  }

  static Mat converted(Mat image, int code) {
    Mat converted = new Mat();
    opencv_imgproc.cvtColor(image, converted, code);
    return converted;
  }
}
