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
 * One file to pixels of 8 or 16 bits to normalised values; native memory is freed before a method
 * returns.
 */
public final class ImageTensor {
  private ImageTensor() {}

  /**
   * Decodes, crops and flips.
   *
   * @param reduced whether a JPEG of which a large crop is trained on is decoded at a lower
   *     resolution
   */
  @SuppressWarnings("try")
  public static Pixels pixels(
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
   * @param pixels of 8 bits, BGR or grey, unless RandAugment does nothing
   */
  public static Pixels augment(Pixels pixels, Preprocessing from, RandomGenerator random) {
    return from.randAugment().apply(pixels, from.normalization().meanColour(), random);
  }

  /**
   * A second view of pixels, which stay as they are.
   *
   * @param pixels of 8 bits, BGR or grey
   */
  @SuppressWarnings("try")
  public static Pixels view(Pixels pixels, Photometric photometric, RandomGenerator random) {
    try (PointerScope scope = OpenCv.scope()) {
      Mat image = OpenCv.mat(pixels.values(), pixels.height(), pixels.width(), pixels.channels());
      return transform(image, photometric.transform(), random);
    }
  }

  private static Pixels transform(Mat image, ImageTransform transform, RandomGenerator random) {
    try (OpenCVFrameConverter.ToMat converter = new OpenCVFrameConverter.ToMat()) {
      ImageWritable transformed =
          transform.transform(
              new ImageWritable(converter.convert(image)), new GeneratorRandom(random));
      return OpenCv.pixels(converter.convert(transformed.getFrame()));
    }
  }

  /** (H, W, C) -> (C, H, W), C in the order RGB. */
  public static void normalise(
      Pixels pixels, Normalization normalization, float[] target, int offset) {
    int channels = normalization.channels();
    int plane = pixels.height() * pixels.width();
    for (int c = 0; c < channels; c++) {
      int stored = Pixels.place(c, channels);
      int out = offset + c * plane;
      if (pixels.bits() == 8) {
        float[] table = normalization.values(c);
        byte[] values = pixels.values();
        for (int i = 0; i < plane; i++, stored += channels) {
          target[out + i] = table[values[stored] & 0xFF];
        }
      } else {
        for (int i = 0; i < plane; i++, stored += channels) {
          target[out + i] = normalization.apply(pixels.value(stored) / 65535f, c);
        }
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
