package dev.mto.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mto.data.Images;
import dev.mto.data.pixels.Interpolation;
import dev.mto.data.pixels.Pixels;
import dev.mto.data.random.RandomStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageTensorTest {
  private static final int[] LEFT = {200, 30, 60};
  private static final int[] RIGHT = {20, 120, 220};

  @TempDir Path folder;

  private static Normalization unit(int channels) {
    float[] ones = new float[channels];
    Arrays.fill(ones, 1f);
    return Normalization.of(new float[channels], ones);
  }

  private static float[] read(Path path, Preprocessing preprocessing, long seed) throws Exception {
    float[] tensor =
        new float[preprocessing.channels() * preprocessing.height() * preprocessing.width()];
    Pixels pixels =
        ImageTensor.pixels(
            EncodedImage.read(path), preprocessing, false, RandomStream.of(seed, "crop"));
    ImageTensor.normalise(pixels, preprocessing.normalization(), tensor, 0);
    return tensor;
  }

  private float[] whole(String name, int channels) throws Exception {
    CenterCrop crop = new CenterCrop(32, 48, 0.875, Interpolation.BILINEAR, unit(channels));
    return read(Images.resource(name, folder), crop, 0);
  }

  @ParameterizedTest
  @CsvSource({"rgb.jpg,3", "cmyk.jpg,6", "alpha.png,0", "sixteen.png,0", "palette.png,0"})
  void coloursComeOutAsRedGreenBlue(String name, int tolerance) throws Exception {
    float[] tensor = whole(name, 3);
    int plane = 32 * 48;
    for (int c = 0; c < 3; c++) {
      assertThat(tensor[c * plane + 10 * 48 + 8] * 255)
          .isCloseTo(LEFT[c], within(tolerance + 0.01f));
      assertThat(tensor[c * plane + 10 * 48 + 40] * 255)
          .isCloseTo(RIGHT[c], within(tolerance + 0.01f));
    }
  }

  @Test
  void greyFilesReadAsThreeEqualChannels() throws Exception {
    for (String name : new String[] {"grey.png", "grey.jpg"}) {
      float[] tensor = whole(name, 3);
      int plane = 32 * 48;
      assertThat(Arrays.copyOfRange(tensor, plane, 2 * plane))
          .isEqualTo(Arrays.copyOf(tensor, plane))
          .isEqualTo(Arrays.copyOfRange(tensor, 2 * plane, 3 * plane));
    }
    assertThat(whole("grey.png", 3)[0]).isEqualTo(77 / 255f);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rgb.jpg", "cmyk.jpg", "alpha.png", "sixteen.png", "palette.png"})
  void coloursReadAsGreyAreTheirLuma(String name) throws Exception {
    float luma = 0.299f * LEFT[0] + 0.587f * LEFT[1] + 0.114f * LEFT[2];
    assertThat(whole(name, 1)[10 * 48 + 8] * 255).isCloseTo(luma, within(4f));
  }

  @Test
  void anImageOfTheRightSizeKeepsEveryPixelExactly() throws Exception {
    Path file =
        Images.write(folder.resolve("a.png"), EncodedImage.png(new byte[] {0, 1, -1, 100}, 2, 2));
    Normalization normalization = Normalization.of(new float[] {0.3f}, new float[] {0.25f});
    CenterCrop crop = new CenterCrop(2, 2, 0.875, Interpolation.BICUBIC, normalization);
    float[] expected = new float[4];
    int[] values = {0, 1, 255, 100};
    for (int i = 0; i < 4; i++) {
      expected[i] = (values[i] / 255f - 0.3f) / 0.25f;
    }
    assertThat(read(file, crop, 0)).isEqualTo(expected);
  }

  @Test
  void evaluationTakesTheCentre() throws Exception {
    byte[] pixels = new byte[64 * 128];
    for (int row = 0; row < 64; row++) {
      Arrays.fill(pixels, row * 128 + 32, row * 128 + 96, (byte) 255);
    }
    Path file = Images.write(folder.resolve("a.png"), EncodedImage.png(pixels, 64, 128));
    CenterCrop crop = new CenterCrop(28, 28, 0.875, Interpolation.BILINEAR, unit(1));
    assertThat(read(file, crop, 0)).containsOnly(1f);
  }

  @Test
  void shrinkingAveragesInsteadOfSkipping() throws Exception {
    byte[] board = new byte[64 * 64];
    for (int i = 0; i < board.length; i++) {
      board[i] = (byte) ((i / 64 + i % 64) % 2 * 255);
    }
    Path file = Images.write(folder.resolve("a.png"), EncodedImage.png(board, 64, 64));
    for (Interpolation interpolation : Interpolation.values()) {
      float[] small = read(file, new CenterCrop(16, 16, 1, interpolation, unit(1)), 0);
      assertThat(small).containsOnly(128 / 255f);
    }
  }

  @Test
  void cropsAreAFunctionOfTheStreamAndFlipsOfTheirProbability() throws Exception {
    byte[] ramp = new byte[40 * 40];
    for (int i = 0; i < ramp.length; i++) {
      ramp[i] = (byte) (i % 40 * 6);
    }
    Path file = Images.write(folder.resolve("a.png"), EncodedImage.png(ramp, 40, 40));
    Augmentation half = Augmentation.simMim(16, 16, unit(1));
    assertThat(read(file, half, 1)).isEqualTo(read(file, half, 1));
    assertThat(read(file, half, 1)).isNotEqualTo(read(file, half, 2));
    int flipped = 0;
    for (int seed = 0; seed < 400; seed++) {
      float[] tensor = read(file, half, seed);
      flipped += tensor[0] > tensor[15] ? 1 : 0;
    }
    assertThat(flipped).isBetween(160, 240);
  }

  @Test
  void pointsCanBeFollowedThroughTheTransform() throws Exception {
    CenterCrop crop = new CenterCrop(28, 28, 0.875, Interpolation.BILINEAR, unit(1));
    MatTransform evaluation = (MatTransform) crop.transform();
    Augmentation flipping =
        new Augmentation(10, 20, 1, 1, 2, 2, Interpolation.BILINEAR, 1, unit(1));
    RandomResizedCrop training = new RandomResizedCrop(flipping);
    try (Mat image = new Mat(64, 128, opencv_core.CV_8UC1)) {
      evaluation.apply(image, new Random(1)).close();
      training.apply(image, new Random(1)).close();
    }
    // 64x128 -> 32x64, of which the 28x28 centre starts at (18, 2)
    assertThat(evaluation.query(64f, 32f, 36f, 4f)).containsExactly(14f, 14f, 0f, 0f);
    // the whole 64x128 -> 10x20, mirrored
    assertThat(training.query(0f, 0f, 128f, 64f, 64f, 32f))
        .containsExactly(20f, 0f, 0f, 10f, 10f, 5f);
  }

  @Test
  void readingFreesItsNativeMemory() throws Exception {
    Path file = Images.resource("rgb.jpg", folder);
    Augmentation augmentation = Augmentation.simMim(64, 64, unit(3));
    read(file, augmentation, 0);
    long before = Pointer.totalBytes();
    for (int i = 0; i < 200; i++) {
      read(file, augmentation, i);
    }
    assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rgb.jpg", "cmyk.jpg", "grey.jpg", "sixteen.png", "palette.png"})
  void everyTruncationIsNoticed(String name) throws Exception {
    byte[] bytes = Files.readAllBytes(Images.resource(name, folder));
    for (int length = 0; length < bytes.length; length++) {
      Path cut = Images.write(folder.resolve("cut"), Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> EncodedImage.pixels(cut, 3))
          .as("%d of %d bytes", length, bytes.length)
          .isInstanceOf(UnreadableImageException.class);
    }
  }

  @Test
  void whatIsNoImageIsNamed() throws Exception {
    Path text =
        Images.write(folder.resolve("text.jpg"), "not an image".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> EncodedImage.pixels(text, 3))
        .hasMessageStartingWith("not a JPEG, PNG, TIFF");
    Path empty = Images.write(folder.resolve("empty.jpg"), new byte[0]);
    assertThatThrownBy(() -> EncodedImage.pixels(empty, 3)).hasMessage("empty file");
    Path directory = Files.createDirectory(folder.resolve("folder.jpg"));
    assertThatThrownBy(() -> EncodedImage.pixels(directory, 3)).hasMessage("a folder, not a file");
    assertThatThrownBy(() -> EncodedImage.pixels(folder.resolve("none.jpg"), 3))
        .hasMessage("no such file");
  }

  @Test
  void aHugeDeclaredSizeIsRefusedBeforeDecoding() throws Exception {
    byte[] png = Files.readAllBytes(Images.resource("grey.png", folder));
    png[16] = 0x7F;
    Path bomb = Images.write(folder.resolve("bomb.png"), png);
    assertThatThrownBy(() -> EncodedImage.pixels(bomb, 3)).hasMessageContaining("pixels");
  }
}
