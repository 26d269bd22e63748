package dev.mto.data;

import java.nio.file.Path;
import java.util.random.RandomGenerator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacv.OpenCVFrameConverter;
import org.bytedeco.opencv.opencv_core.Mat;
import org.datavec.image.data.ImageWritable;

/** One file to one normalised tensor; all native memory is freed before a method returns. */
final class ImageTensor {
  private ImageTensor() {}

  /**
   * Decodes, transforms and normalises.
   *
   * @param target receives [C, H, W], C in RGB order, from {@code offset} on
   */
  @SuppressWarnings("try")
  static void read(
      Path path, Preprocessing preprocessing, RandomGenerator random, float[] target, int offset)
      throws UnreadableImageException {
    try (PointerScope scope = OpenCv.scope();
        OpenCVFrameConverter.ToMat converter = new OpenCVFrameConverter.ToMat()) {
      Mat image = ImageDecoder.decode(path, preprocessing.channels());
      ImageWritable transformed =
          preprocessing
              .transform()
              .transform(new ImageWritable(converter.convert(image)), new GeneratorRandom(random));
      byte[] pixels = OpenCv.pixels(converter.convert(transformed.getFrame()));
      normalise(pixels, preprocessing.normalization(), target, offset);
    }
  }

  /** (H, W, BGR or grey) -> (C, H, W). */
  static void normalise(byte[] pixels, Normalization normalization, float[] target, int offset) {
    int channels = normalization.channels();
    int plane = pixels.length / channels;
    for (int c = 0; c < channels; c++) {
      int stored = channels - 1 - c;
      int out = offset + c * plane;
      for (int i = 0; i < plane; i++) {
        target[out + i] = normalization.apply(c, pixels[i * channels + stored] & 0xFF);
      }
    }
  }
}
