package dev.mto.speed.input;

import dev.mto.data.random.RandomStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.indexer.FloatIndexer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * Colour JPEGs that cost a decoder what photos cost it: as much contrast in each octave of spatial
 * frequency (a power spectrum of 1 / f², as natural images have; Field, 1987), less of it in colour
 * than in luma.
 *
 * @param height pixels
 * @param width pixels
 * @param quality of the JPEG, 1 to 100
 */
record SyntheticPhotos(int height, int width, int quality) {
  private static final double LUMA_PER_OCTAVE = 18;
  private static final double COLOUR_PER_OCTAVE = 5;

  SyntheticPhotos {
    if (height < 16 || width < 16) {
      throw new IllegalArgumentException(
          "a photo of " + width + "x" + height + " pixels is too small: give at least 16x16");
    }
    if (quality < 1 || quality > 100) {
      throw new IllegalArgumentException(
          "the JPEG quality is " + quality + " but must be between 1 and 100");
    }
  }

  /** Size and quality of a usual photo of ImageNet-1K. */
  static SyntheticPhotos likeImageNet() {
    return new SyntheticPhotos(375, 500, 90);
  }

  /** Writes {@code 0000.jpg}, {@code 0001.jpg}, …, the same bytes for the same seed. */
  void write(Path folder, int count, long seed) throws IOException {
    for (int i = 0; i < count; i++) {
      byte[] jpeg = jpeg(RandomStream.of(seed, "photo", i));
      Files.write(folder.resolve(String.format(Locale.ROOT, "%04d.jpg", i)), jpeg);
    }
  }

  @SuppressWarnings({"try", "unchecked"})
  private byte[] jpeg(RandomGenerator random) {
    try (PointerScope scope = new PointerScope();
        BytePointer encoded = new BytePointer();
        IntPointer options = new IntPointer(opencv_imgcodecs.IMWRITE_JPEG_QUALITY, quality)) {
      Mat image = new Mat();
      photo(random).convertTo(image, opencv_core.CV_8UC3);
      if (!opencv_imgcodecs.imencode(".jpg", image, encoded, options)) {
        throw new IllegalStateException("OpenCV could not write a " + this);
      }
      byte[] bytes = new byte[Math.toIntExact(encoded.limit())];
      encoded.get(bytes);
      return bytes;
    }
  }

  /** (H, W, BGR) float32 around 115. */
  private Mat photo(RandomGenerator random) {
    Mat sum = new Mat(height, width, opencv_core.CV_32FC3, new Scalar(115, 115, 115, 0));
    Mat octave = new Mat();
    for (int cell = 1; cell < Math.max(height, width); cell *= 2) {
      Mat coarse = noise(height / cell + 2, width / cell + 2, random);
      opencv_imgproc.resize(
          coarse, octave, new Size(width, height), 0, 0, opencv_imgproc.INTER_CUBIC);
      opencv_core.scaleAdd(octave, 1, sum, sum);
    }
    return sum;
  }

  private static Mat noise(int rows, int columns, RandomGenerator random) {
    Mat noise = new Mat(rows, columns, opencv_core.CV_32FC3);
    try (FloatIndexer values = noise.createIndexer()) {
      for (int row = 0; row < rows; row++) {
        for (int column = 0; column < columns; column++) {
          double luma = LUMA_PER_OCTAVE * random.nextGaussian();
          for (int channel = 0; channel < 3; channel++) {
            double colour = COLOUR_PER_OCTAVE * random.nextGaussian();
            values.put(row, column, channel, (float) (luma + colour));
          }
        }
      }
    }
    return noise;
  }
}
