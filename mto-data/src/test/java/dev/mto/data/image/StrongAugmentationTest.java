package dev.mto.data.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.data.ImageBatch;
import dev.mto.data.ImageBatches;
import dev.mto.data.Images;
import dev.mto.data.folder.ImageFolder;
import dev.mto.data.pixels.Interpolation;
import dev.mto.data.pixels.Pixels;
import dev.mto.data.pixels.RandAugment;
import dev.mto.data.random.RandomStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StrongAugmentationTest {
  private static final int SIDE = 16;
  private static final RandAugment OFTEN = new RandAugment(6, 9, 0.5, Interpolation.BICUBIC);

  @TempDir Path root;
  private ImageFolder folder;

  @BeforeEach
  void images() {
    folder = Images.folder(root, 20);
  }

  private static Augmentation crop(int channels) {
    float[] means = {0.2f, 0.3f, 0.4f};
    float[] stds = {0.25f, 0.5f, 1f};
    return Augmentation.simMim(
        SIDE,
        SIDE,
        Normalization.of(Arrays.copyOf(means, channels), Arrays.copyOf(stds, channels)));
  }

  private static StrongAugmentation strong(
      int channels, RandAugment randAugment, double probability) {
    return new StrongAugmentation(crop(channels), randAugment, new RandomErasing(probability));
  }

  private ImageBatches.Builder options(Preprocessing preprocessing) {
    return ImageBatches.from(folder, preprocessing).batchSize(4).seed(11);
  }

  private static float[][] drain(ImageBatches.Builder options) {
    List<float[]> batchesRead = new ArrayList<>();
    try (ImageBatches batches = options.build()) {
      while (batches.hasNext()) {
        try (ImageBatch batch = batches.nextBatch()) {
          batchesRead.add(batch.images().data().asFloat());
        }
      }
    }
    return batchesRead.toArray(float[][]::new);
  }

  @Test
  void withNeitherPartItIsCropAndFlip() {
    assertThat(drain(options(strong(3, RandAugment.none(), 0))))
        .isDeepEqualTo(drain(options(crop(3))));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void anyNumberOfWorkersGivesTheSameBitsAndALaterStartTheirTail(int channels) {
    StrongAugmentation strong = strong(channels, OFTEN, 0.5);
    float[][] whole = drain(options(strong).workers(1).prefetch(1));

    assertThat(drain(options(strong).workers(4))).isDeepEqualTo(whole);
    assertThat(drain(options(strong).startBatch(2)))
        .isDeepEqualTo(Arrays.copyOfRange(whole, 2, whole.length));
  }

  @Test
  void epochAndSeedGiveOtherViews() {
    StrongAugmentation strong = strong(3, OFTEN, 0.5);
    float[][] first = drain(options(strong).shuffle(false));
    assertThat(drain(options(strong).shuffle(false).epoch(1))[0]).isNotEqualTo(first[0]);
    assertThat(drain(options(strong).shuffle(false).seed(12))[0]).isNotEqualTo(first[0]);
  }

  @Test
  void erasingComesAfterNormalisationAndChangesOneBoxOfTheSameCrop() {
    float[][] plain = drain(options(crop(3)));
    float[][] erased = drain(options(strong(3, RandAugment.none(), 1)));
    int changed = 0;
    int beyondEveryPixel = 0;
    int all = 0;
    for (int batch = 0; batch < plain.length; batch++) {
      for (int i = 0; i < plain[batch].length; i++) {
        boolean differs = plain[batch][i] != erased[batch][i];
        boolean third = i / (SIDE * SIDE) % 3 == 2;
        changed += differs ? 1 : 0;
        // the third channel's pixels are in [-0.4, 0.6]
        beyondEveryPixel += third && Math.abs(erased[batch][i]) > 0.7 ? 1 : 0;
        all++;
      }
    }
    double share = (double) changed / all;
    assertThat(share).isBetween(0.08, 0.3);
    assertThat(3.0 * beyondEveryPixel / changed).isBetween(0.4, 0.56);
  }

  @Test
  void everyImageOfEveryEpochHasNoiseOfItsOwn() {
    Set<Float> noise = new HashSet<>();
    for (int epoch = 0; epoch < 2; epoch++) {
      float[][] plain = drain(options(crop(1)).epoch(epoch));
      float[][] erased = drain(options(strong(1, RandAugment.none(), 1)).epoch(epoch));
      for (int i = 0; i < folder.size(); i++) {
        int pixel = i % 4 * SIDE * SIDE;
        while (plain[i / 4][pixel] == erased[i / 4][pixel]) {
          pixel++;
        }
        noise.add(erased[i / 4][pixel]);
      }
    }
    assertThat(noise).hasSize(2 * folder.size());
  }

  @Test
  void randAugmentChangesTheEightBitPixelsOfTheSameCrop() {
    float[][] plain = drain(options(crop(1)));
    float[][] changed = drain(options(strong(1, OFTEN, 0)));
    Normalization normalization = crop(1).normalization();
    for (int batch = 0; batch < plain.length; batch++) {
      for (int image = 0; image < 4; image++) {
        byte[] pixels = new byte[SIDE * SIDE];
        for (int i = 0; i < pixels.length; i++) {
          float value = plain[batch][image * pixels.length + i];
          pixels[i] = (byte) Math.round((value * 0.25f + 0.2f) * 255);
        }
        int index = order()[batch * 4 + image];
        byte[] view =
            OFTEN
                .apply(
                    new Pixels(pixels, SIDE, SIDE, 1),
                    normalization.meanColour(),
                    RandomStream.of(11, "rand_augment", 0, index))
                .values();
        for (int i = 0; i < view.length; i++) {
          assertThat(changed[batch][image * view.length + i])
              .isEqualTo(normalization.values(0)[view[i] & 0xFF]);
        }
      }
    }
  }

  private int[] order() {
    return RandomStream.permutation(folder.size(), RandomStream.of(11, "order", 0));
  }
}
