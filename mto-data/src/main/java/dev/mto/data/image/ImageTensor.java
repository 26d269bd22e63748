package dev.mto.data.image;

import dev.mto.data.pixels.Pixels;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacv.OpenCVFrameConverter;
import org.bytedeco.opencv.opencv_core.Mat;
import org.datavec.image.data.ImageWritable;
import org.datavec.image.transform.ImageTransform;

/**
 * One file to 8-bit pixels to normalised values; native memory is freed before a method returns.
 */
public final class ImageTensor {
  private ImageTensor() {}

  /**
   * Decodes, crops and flips.
   *
   * @param reduced whether a JPEG of which a large crop is trained on is decoded at a lower
   *     resolution
   * @return (H, W, C), C = BGR or grey
   */
  @SuppressWarnings("try")
  public static byte[] pixels(
      EncodedImage file, Preprocessing preprocessing, boolean reduced, RandomGenerator random)
      throws UnreadableImageException {
    try (PointerScope scope = OpenCv.scope()) {
      if (reduced
          && file.header().jpeg()
          && preprocessing.transform() instanceof RandomResizedCrop crop) {
        return OpenCv.pixels(crop.applyReduced(file, new GeneratorRandom(random)));
      }
      Mat image = file.decode(preprocessing.channels(), ReducedDecoding.NONE);
      return transform(image, preprocessing.transform(), random);
    }
  }

  /**
   * RandAugment of pixels, which may change.
   *
   * @param pixels (H, W, C), C = BGR or grey
   * @return the same shape
   */
  public static byte[] augment(byte[] pixels, Preprocessing from, RandomGenerator random) {
    Pixels image = new Pixels(pixels, from.height(), from.width(), from.channels());
    byte[] fill = from.normalization().meanColour();
    return from.randAugment().apply(image, fill, random).values();
  }

  /**
   * A second view of pixels, which stay as they are.
   *
   * @param pixels (H, W, C), C = BGR or grey
   * @return the same shape
   */
  @SuppressWarnings("try")
  public static byte[] view(
      byte[] pixels, Preprocessing from, Photometric photometric, RandomGenerator random) {
    try (PointerScope scope = OpenCv.scope()) {
      Mat image = OpenCv.mat(pixels, from.height(), from.width(), from.channels());
      return transform(image, photometric.transform(), random);
    }
  }

  private static byte[] transform(Mat image, ImageTransform transform, RandomGenerator random) {
    try (OpenCVFrameConverter.ToMat converter = new OpenCVFrameConverter.ToMat()) {
      ImageWritable transformed =
          transform.transform(
              new ImageWritable(converter.convert(image)), new GeneratorRandom(random));
      return OpenCv.pixels(converter.convert(transformed.getFrame()));
    }
  }

  /** (H, W, BGR or grey) -> (C, H, W). */
  public static void normalise(
      byte[] pixels, Normalization normalization, float[] target, int offset) {
    int channels = normalization.channels();
    int plane = pixels.length / channels;
    for (int c = 0; c < channels; c++) {
      float[] values = normalization.values(c);
      int out = offset + c * plane;
      for (int i = 0, stored = channels - 1 - c; i < plane; i++, stored += channels) {
        target[out + i] = values[pixels[stored] & 0xFF];
      }
    }
  }

  /** A {@link RandomGenerator} behind the {@link Random} that DataVec's transforms take. */
  static final class GeneratorRandom extends Random {
    private static final long serialVersionUID = 1L;

    private final transient RandomGenerator generator;

    GeneratorRandom(RandomGenerator generator) {
      super(0);
      this.generator = generator;
    }

    @Override
    protected int next(int bits) {
      return (int) (generator.nextLong() >>> (64 - bits));
    }

    @Override
    public double nextDouble() {
      return generator.nextDouble();
    }

    @Override
    public int nextInt(int bound) {
      return generator.nextInt(bound);
    }
  }
}
