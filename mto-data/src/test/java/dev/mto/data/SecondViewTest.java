package dev.mto.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.data.folder.BadImages;
import dev.mto.data.folder.ImageFolder;
import dev.mto.data.image.Augmentation;
import dev.mto.data.image.CenterCrop;
import dev.mto.data.image.Normalization;
import dev.mto.data.image.Photometric;
import dev.mto.data.pixels.Interpolation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;

class SecondViewTest {
  private static final Normalization THREE =
      Normalization.of(new float[] {0.2f, 0.3f, 0.4f}, new float[] {0.25f, 0.5f, 1f});
  private static final Photometric NOTHING = new Photometric(1, 1, 1, .5, 0, 0, 0, 1, 1, 0);
  private static final Photometric STRONG = new Photometric(.4, .4, .2, .1, .8, .5, .5, .1, 2, .5);

  @TempDir Path root;
  private ImageFolder folder;

  @BeforeEach
  void images() {
    folder = Images.folder(root, 10);
  }

  private ImageBatches.Builder options() {
    return ImageBatches.from(folder, Augmentation.simMim(16, 16, THREE)).batchSize(4).seed(11);
  }

  private record Views(List<float[]> first, List<float[]> second) {}

  private static Views drain(ImageBatches.Builder options) {
    Views views = new Views(new ArrayList<>(), new ArrayList<>());
    try (ImageBatches batches = options.build()) {
      while (batches.hasNext()) {
        try (ImageBatch batch = batches.nextBatch()) {
          views.first().add(batch.images().data().asFloat());
          if (batch.secondView() != null) {
            assertThat(batch.secondView().shape()).isEqualTo(batch.images().shape());
            views.second().add(batch.secondView().data().asFloat());
          }
        }
      }
    }
    return views;
  }

  private static float[][] all(List<float[]> batches) {
    return batches.toArray(float[][]::new);
  }

  @Test
  void withoutBeingAskedForThereIsNone() {
    assertThat(drain(options()).second()).isEmpty();
  }

  @Test
  void asChangingNothingItIsTheFirst() {
    Views views = drain(options().secondView(NOTHING));
    assertThat(views.second()).hasSize(3);
    assertThat(all(views.second())).isDeepEqualTo(all(views.first()));
  }

  @Test
  void theFirstViewIsTheSameWithASecondAndWithout() {
    assertThat(all(drain(options().secondView(STRONG)).first()))
        .isDeepEqualTo(all(drain(options()).first()));
  }

  @Test
  void itIsMadeOfThePixelsOfTheFirstViewAndNormalisedAlike() {
    Photometric solarize = new Photometric(0, 0, 0, 0, 0, 0, 0, 1, 1, 1);
    Views views = drain(options().secondView(solarize));
    float[] mean = THREE.mean();
    float[] std = THREE.std();
    for (int batch = 0; batch < views.first().size(); batch++) {
      float[] first = views.first().get(batch);
      float[] second = views.second().get(batch);
      for (int i = 0; i < first.length; i++) {
        int c = i / 256 % 3;
        int value = Math.round((first[i] * std[c] + mean[c]) * 255);
        assertThat(second[i]).isEqualTo(THREE.values(c)[value < 128 ? value : 255 - value]);
      }
    }
  }

  @Test
  void anyNumberOfWorkersGivesTheSameBits() {
    float[][] one = all(drain(options().secondView(STRONG).workers(1).prefetch(1)).second());
    float[][] four = all(drain(options().secondView(STRONG).workers(4)).second());
    assertThat(four).isDeepEqualTo(one);
  }

  @Test
  void itDiffersFromTheFirstAndByEpochAndSeed() {
    Photometric bright = new Photometric(.9, 0, 0, 0, 1, 0, 0, 1, 1, 0);
    CenterCrop sameCrops = new CenterCrop(16, 16, 1, Interpolation.BILINEAR, THREE);
    List<float[]> seen = new ArrayList<>();
    for (int[] run : new int[][] {{1, 0}, {1, 1}, {2, 0}}) {
      ImageBatches.Builder options =
          ImageBatches.from(folder, sameCrops).shuffle(false).seed(run[0]).epoch(run[1]);
      Views views = drain(options.secondView(bright));
      seen.add(views.second().get(0));
      seen.add(views.first().get(0));
    }
    assertThat(seen.get(1)).isEqualTo(seen.get(3)).isEqualTo(seen.get(5));
    assertThat(seen.stream().map(Arrays::hashCode).distinct()).hasSize(4);
  }

  @Test
  void unreadableImagesAreLeftOutOfBothViews() {
    Images.write(root.resolve("cat/002.png"), new byte[0]);
    BadImages bad = BadImages.open(root.resolve("bad-images.txt"), folder.size(), 0.5);
    Views views = drain(options().shuffle(false).badImages(bad).secondView(NOTHING));
    assertThat(views.second().get(0)).hasSize(3 * 3 * 256);
    assertThat(all(views.second())).isDeepEqualTo(all(views.first()));
  }

  @Test
  void itIsClosedWithItsBatch() {
    try (ImageBatches batches = options().secondView(STRONG).build()) {
      ImageBatch batch = batches.nextBatch();
      INDArray second = batch.secondView();
      assertThat(second.wasClosed()).isFalse();
      batch.close();
      assertThat(second.wasClosed()).isTrue();
      batch.close();
    }
  }

  @Test
  void dataSetsHoldItAsTheirLastFeature() {
    try (ImageBatches batches = options().secondView(NOTHING).build()) {
      MultiDataSet set = batches.next();
      assertThat(set.getFeatures()).hasSize(2);
      assertThat(set.getFeatures(1)).isEqualTo(set.getFeatures(0));
    }
  }

  @Test
  void nativeMemoryDoesNotGrowOverManyBatches() {
    drain(options().secondView(STRONG));
    long before = 0;
    for (int epoch = 0; epoch < 40; epoch++) {
      drain(options().secondView(STRONG).epoch(epoch));
      if (epoch == 4) {
        before = Pointer.totalBytes();
      }
    }
    assertThat(Pointer.totalBytes() - before).isLessThan(35 * 4 * 3 * 16 * 16 * 4);
  }
}
