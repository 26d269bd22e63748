package dev.mto.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mto.data.ImageBatch;
import dev.mto.data.ImageBatches;
import dev.mto.data.Images;
import dev.mto.data.folder.ImageFolder;
import dev.mto.data.format.TiffFile;
import dev.mto.data.pixels.Interpolation;
import dev.mto.data.pixels.Pixels;
import dev.mto.data.pixels.RandAugment;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Images of 16 bits and of any number of channels, from their files to a batch. */
class BandsInBatchesTest {
  @TempDir private Path folder;

  private static Normalization normalization(int channels) {
    float[] mean = new float[channels];
    float[] std = new float[channels];
    for (int c = 0; c < channels; c++) {
      mean[c] = 0.1f * c;
      std[c] = 1f + c;
    }
    return Normalization.of(mean, std);
  }

  private float[] batch(ImageBatches.Builder options) {
    try (ImageBatches batches = options.batchSize(1).build();
        ImageBatch batch = batches.nextBatch()) {
      return batch.images().data().asFloat();
    }
  }

  private ImageFolder images(Pixels pixels) {
    Images.write(folder.resolve("a.tif"), new TiffFile(pixels).bytes());
    return ImageFolder.open(folder);
  }

  @ParameterizedTest
  @CsvSource({"1,16", "2,8", "2,16", "4,16", "7,8", "7,16"})
  void everyValueOfEveryChannelIsInTheBatch(int channels, int bits) {
    Pixels noise = Pictures.noise(12, 10, channels, bits);
    CenterCrop whole = new CenterCrop(12, 10, 1, Interpolation.BILINEAR, normalization(channels));
    float[] read = batch(ImageBatches.from(images(noise), whole));
    for (int c = 0; c < channels; c++) {
      for (int i = 0; i < 120; i++) {
        float value = noise.value(i * channels + c) / (float) noise.largest();
        assertThat(read[c * 120 + i]).isEqualTo((value - 0.1f * c) / (1f + c));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1,16", "2,8", "4,16", "7,16"})
  void cropsFlipsAndSizesKeepChannelsApart(int channels, int bits) {
    byte[] values = new byte[40 * 30 * channels * bits / 8];
    for (int i = 0; i < values.length; i++) {
      values[i] = (byte) (10 * (1 + i * 8 / bits % channels));
    }
    ImageFolder images = images(new Pixels(values, 40, 30, channels, bits));
    Normalization normalization = normalization(channels);
    for (Preprocessing to :
        new Preprocessing[] {
          new CenterCrop(16, 16, 0.875, Interpolation.BICUBIC, normalization),
          new CenterCrop(90, 90, 0.875, Interpolation.BICUBIC, normalization),
          new Augmentation(16, 16, 0.3, 1, 0.75, 1.3, Interpolation.BICUBIC, 1, normalization)
        }) {
      float[] read = batch(ImageBatches.from(images, to));
      int plane = to.height() * to.width();
      for (int c = 0; c < channels; c++) {
        float value = 10 * (1 + c) / 255f;
        for (float pixel : Arrays.copyOfRange(read, c * plane, (c + 1) * plane)) {
          assertThat(pixel).isCloseTo((value - 0.1f * c) / (1f + c), within(1e-6f));
        }
      }
    }
  }

  @Test
  void coloursOfSixteenBitsAreNotChangedButRefusedByTheNameOfTheFile() {
    ImageFolder images = images(Pictures.noise(12, 10, 1, 16));
    Augmentation crop = Augmentation.simMim(8, 8, normalization(1));
    assertThatThrownBy(
            () -> batch(ImageBatches.from(images, crop).secondView(Photometric.conMim())))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("a.tif cannot be used: it has 16 bits a value, and a second view");
    RandAugment randAugment = new RandAugment(2, 9, 0.5, Interpolation.BICUBIC);
    StrongAugmentation strong = new StrongAugmentation(crop, randAugment, RandomErasing.none());
    assertThatThrownBy(() -> batch(ImageBatches.from(images, strong)))
        .hasMessageContaining("set rand_augment.operations to 0");
  }

  @Test
  void coloursOfBandsAreRefused() {
    ImageFolder images = images(Pictures.noise(12, 10, 4, 8));
    Augmentation crop = Augmentation.simMim(8, 8, normalization(4));
    ImageBatches.Builder options =
        ImageBatches.from(images, crop).batchSize(1).secondView(Photometric.conMim());
    assertThatThrownBy(options::build)
        .hasMessageContaining(
            "the second view changes colours, which images of 4 channels have not");
  }

  @Test
  void aBatchIsTurnedAsCamerasSayUnlessThatIsIgnored() {
    Pixels noise = Pictures.noise(10, 12, 1, 8);
    Images.write(folder.resolve("a.tif"), new TiffFile(noise).with(274, 6).bytes());
    ImageFolder images = ImageFolder.open(folder);
    Normalization unit = Normalization.of(new float[1], new float[] {1});
    CenterCrop upright = new CenterCrop(12, 10, 1, Interpolation.BILINEAR, unit);
    CenterCrop stored = new CenterCrop(10, 12, 1, Interpolation.BILINEAR, unit);
    float first = noise.value(9 * 12) / 255f;
    assertThat(batch(ImageBatches.from(images, upright))[0]).isEqualTo(first);
    assertThat(batch(ImageBatches.from(images, stored).exif(Exif.IGNORE))[9 * 12]).isEqualTo(first);
  }
}
