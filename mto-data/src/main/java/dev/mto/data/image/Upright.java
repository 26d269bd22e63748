package dev.mto.data.image;

import dev.mto.data.format.Orientation;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;

/** Turns images as they are meant to be seen. */
final class Upright {
  private static final int LEFT_TO_RIGHT = 1;
  private static final int TOP_TO_BOTTOM = 0;
  private static final int BOTH = -1;

  private Upright() {}

  /** A continuous matrix; the same one where it is upright already. */
  static Mat of(Mat stored, Orientation orientation) {
    Mat image = stored;
    if (orientation.sideways()) {
      image = OpenCv.byFewChannels(stored, opencv_core::transpose);
    }
    if (!orientation.leftToRight() && !orientation.topToBottom()) {
      return image;
    }
    int code = orientation.leftToRight() ? LEFT_TO_RIGHT : TOP_TO_BOTTOM;
    Mat mirrored = new Mat();
    opencv_core.flip(
        image, mirrored, orientation.leftToRight() && orientation.topToBottom() ? BOTH : code);
    return mirrored;
  }
}
