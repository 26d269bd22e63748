package dev.mto.data.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.data.ImageBatch;
import dev.mto.data.ImageBatches;
import dev.mto.data.Images;
import dev.mto.data.folder.ImageFolder;
import dev.mto.data.format.ImageHeader;
import dev.mto.data.pixels.Interpolation;
import dev.mto.data.pixels.RandAugment;
import dev.mto.data.random.RandomStream;
import java.nio.file.Path;
import java.util.random.RandomGenerator;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReducedDecodingTest {
  private static final Normalization UNIT =
      Normalization.of(new float[3], new float[] {1f, 1f, 1f});

  @TempDir Path folder;

  /** The whole image, not mirrored. */
  private static Augmentation whole(int height, int width) {
    double ratio = 4 / 3.0;
    return new Augmentation(height, width, 1, 1, ratio, ratio, Interpolation.BILINEAR, 0, UNIT);
  }

  /** A colour photo of smooth shapes under fine noise. */
  private static byte[] photo(int height, int width) {
    RandomGenerator random = RandomStream.of(5, "photo");
    byte[] pixels = new byte[height * width * 3];
    for (int i = 0; i < pixels.length; i++) {
      int y = i / 3 / width;
      int x = i / 3 % width;
      double wave = 60 * Math.sin(x / 37.0 + i % 3) + 40 * Math.cos(y / 11.0);
      pixels[i] = (byte) (128 + wave + 10 * random.nextDouble());
    }
    return pixels;
  }

  @SuppressWarnings("try")
  private static Path write(Path file, int height, int width) {
    try (PointerScope scope = OpenCv.scope()) {
      Mat image = OpenCv.mat(photo(height, width), height, width, 3);
      BytePointer encoded = new BytePointer();
      String name = file.toString();
      assertThat(opencv_imgcodecs.imencode(name.substring(name.lastIndexOf('.')), image, encoded))
          .isTrue();
      byte[] bytes = new byte[Math.toIntExact(encoded.limit())];
      encoded.get(bytes);
      return Images.write(file, bytes);
    }
  }

  private static byte[] pixels(Path file, Preprocessing to, boolean reduced) throws Exception {
    return ImageTensor.pixels(EncodedImage.read(file), to, reduced, RandomStream.of(1, "crop"))
        .values();
  }

  /** Peak signal to noise ratio, dB. */
  private static double psnr(byte[] image, byte[] reference) {
    double squares = 0;
    for (int i = 0; i < image.length; i++) {
      int difference = (image[i] & 0xFF) - (reference[i] & 0xFF);
      squares += (double) difference * difference;
    }
    return 10 * Math.log10(255.0 * 255.0 * image.length / squares);
  }

  @ParameterizedTest
  @CsvSource({
    "500, 375, NONE",
    "896, 895, NONE",
    "896, 896, HALF",
    "5000, 896, HALF",
    "1792, 1791, HALF",
    "1792, 1792, QUARTER",
    "3584, 3584, EIGHTH",
    "100000, 100000, EIGHTH",
    "100, 100, NONE"
  })
  void theCropKeepsTwiceTheSidesOfItsTarget(int height, int width, ReducedDecoding expected) {
    assertThat(ReducedDecoding.largest(new CropBox(3, 4, width, height), 224, 224))
        .isEqualTo(expected);
  }

  @Test
  void aReducedCropLiesInTheReducedImageAndIsTheSamePart() {
    RandomGenerator random = RandomStream.of(2, "boxes");
    for (int i = 0; i < 20_000; i++) {
      int height = 64 + random.nextInt(200);
      int width = 64 + random.nextInt(200);
      int boxHeight = 33 + random.nextInt(height - 32);
      int boxWidth = 33 + random.nextInt(width - 32);
      CropBox box =
          new CropBox(
              random.nextInt(width - boxWidth + 1),
              random.nextInt(height - boxHeight + 1),
              boxWidth,
              boxHeight);
      for (ReducedDecoding reduction : ReducedDecoding.values()) {
        int divisor = reduction.divisor();
        int rows = (height + divisor - 1) / divisor;
        int columns = (width + divisor - 1) / divisor;
        CropBox reduced = reduction.of(box, rows, columns);
        assertThat(reduced.left()).isBetween(0, columns - reduced.width());
        assertThat(reduced.top()).isBetween(0, rows - reduced.height());
        assertThat(Math.abs(reduced.left() * divisor - box.left())).isLessThanOrEqualTo(divisor);
        assertThat(Math.abs(reduced.width() * divisor - box.width()))
            .isLessThanOrEqualTo(divisor / 2);
        assertThat(Math.abs(reduced.height() * divisor - box.height()))
            .isLessThanOrEqualTo(divisor / 2);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"48, 64, 2", "36, 48, 2", "24, 32, 4", "12, 16, 8"})
  void reducedDecodingAgreesWithTheFullResolution(int height, int width, int divisor)
      throws Exception {
    Path file = write(folder.resolve("photo.jpg"), 240, 320);
    byte[] full = pixels(file, whole(height, width), false);
    byte[] reduced = pixels(file, whole(height, width), true);
    assertThat(psnr(reduced, full)).as("1 / %d", divisor).isGreaterThan(35);
    assertThat(reduced).as("1 / %d is another way to the values", divisor).isNotEqualTo(full);
  }

  @Test
  void everyTrainingCropIsReduced() throws Exception {
    Path file = write(folder.resolve("photo.jpg"), 240, 320);
    Augmentation whole = whole(24, 32);
    byte[] reduced = pixels(file, whole, true);
    assertThat(
            pixels(
                file,
                new StrongAugmentation(whole, RandAugment.none(), RandomErasing.none()),
                true))
        .isEqualTo(reduced);
    assertThat(pixels(file, new SingleDrawCrop(whole), true)).isEqualTo(reduced);
  }

  @Test
  void whereTheCropDoesNotAllowItNothingChanges() throws Exception {
    Path file = write(folder.resolve("photo.jpg"), 240, 320);
    assertThat(pixels(file, whole(123, 164), true)).isEqualTo(pixels(file, whole(123, 164), false));
  }

  @Test
  void pngAndEvaluationKeepTheFullResolution() throws Exception {
    Path png = write(folder.resolve("photo.png"), 240, 320);
    assertThat(pixels(png, whole(24, 32), true)).isEqualTo(pixels(png, whole(24, 32), false));
    Path jpeg = write(folder.resolve("photo.jpg"), 240, 320);
    CenterCrop centre = new CenterCrop(24, 24, 0.875, Interpolation.BILINEAR, UNIT);
    assertThat(pixels(jpeg, centre, true)).isEqualTo(pixels(jpeg, centre, false));
  }

  @Test
  @SuppressWarnings("try")
  void sidesAreDividedAndRoundedUpInEveryKindOfJpeg() throws Exception {
    Path file = write(folder.resolve("photo.jpg"), 241, 323);
    try (PointerScope scope = OpenCv.scope()) {
      for (ReducedDecoding reduction : ReducedDecoding.values()) {
        int divisor = reduction.divisor();
        Mat colour = EncodedImage.read(file).decode(3, reduction);
        assertThat(colour.rows()).isEqualTo((241 + divisor - 1) / divisor);
        assertThat(colour.cols()).isEqualTo((323 + divisor - 1) / divisor);
        for (String name : new String[] {"cmyk.jpg", "grey.jpg", "rgb.jpg"}) {
          Path other = Images.resource(name, folder);
          Mat image = EncodedImage.read(other).decode(1, reduction);
          ImageHeader header = EncodedImage.read(other).header();
          assertThat(image.rows()).isEqualTo((header.height() + divisor - 1) / divisor);
          assertThat(image.channels()).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void pointsCanBeFollowedThroughAReducedCrop() throws Exception {
    Path file = write(folder.resolve("photo.jpg"), 240, 320);
    RandomResizedCrop crop = new RandomResizedCrop(whole(24, 32));
    try (PointerScope scope = OpenCv.scope()) {
      assertThat(scope).isNotNull();
      crop.applyReduced(
          EncodedImage.read(file), new ImageTensor.GeneratorRandom(RandomStream.of(1, "crop")));
    }
    assertThat(crop.query(0f, 0f, 320f, 240f, 160f, 120f))
        .containsExactly(0f, 0f, 32f, 24f, 16f, 12f);
  }

  @Test
  void aRunThatAsksForItReadsTheSameValuesEveryTime() throws Exception {
    for (int i = 0; i < 3; i++) {
      write(folder.resolve(i + ".jpg"), 240, 320 + i);
    }
    ImageFolder images = ImageFolder.open(folder);
    assertThat(values(images, true)).isEqualTo(values(images, true));
    assertThat(values(images, true)).isNotEqualTo(values(images, false));
  }

  private static float[] values(ImageFolder images, boolean reduced) {
    try (ImageBatches batches =
            ImageBatches.from(images, Augmentation.simMim(24, 24, UNIT))
                .reducedDecoding(reduced)
                .batchSize(3)
                .seed(3)
                .build();
        ImageBatch batch = batches.nextBatch()) {
      return batch.images().dup().data().asFloat();
    }
  }
}
