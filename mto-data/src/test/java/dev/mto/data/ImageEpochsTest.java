package dev.mto.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.data.folder.ImageFolder;
import dev.mto.data.image.Augmentation;
import dev.mto.data.image.Normalization;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

class ImageEpochsTest {
  @TempDir Path root;
  private ImageFolder folder;
  private final List<ImageBatches> opened = new ArrayList<>();

  @BeforeEach
  void images() {
    folder = Images.folder(root, 8);
  }

  private ImageBatches epoch(int epoch) {
    ImageBatches batches =
        ImageBatches.from(
                folder,
                Augmentation.simMim(
                    16, 16, Normalization.of(new float[] {0.5f}, new float[] {0.25f})))
            .batchSize(4)
            .epoch(epoch)
            .build();
    opened.add(batches);
    return batches;
  }

  private static List<INDArray> drain(ImageEpochs epochs) {
    List<INDArray> batches = new ArrayList<>();
    while (epochs.hasNext()) {
      batches.add(epochs.next().getFeatures(0).dup());
    }
    return batches;
  }

  @Test
  void eachResetBeginsTheNextEpoch() {
    try (ImageEpochs epochs = new ImageEpochs(this::epoch)) {
      List<INDArray> first = drain(epochs);
      epochs.reset();
      List<INDArray> second = drain(epochs);

      assertThat(epochs.epoch()).isEqualTo(1);
      assertThat(first).hasSize(2);
      assertThat(second).hasSize(2).isNotEqualTo(first);
      try (ImageEpochs again = new ImageEpochs(epoch -> epoch(epoch + 1))) {
        assertThat(drain(again)).isEqualTo(second);
      }
    }
  }

  @Test
  void aResetBeforeTheFirstBatchChangesNothing() {
    try (ImageEpochs epochs = new ImageEpochs(this::epoch)) {
      epochs.reset();

      assertThat(epochs.epoch()).isZero();
      assertThat(opened).hasSize(1);
    }
  }

  @Test
  void thePreProcessorStaysOverEpochs() {
    try (ImageEpochs epochs = new ImageEpochs(this::epoch)) {
      epochs.setPreProcessor(set -> set.getFeatures(0).assign(7));
      drain(epochs);
      epochs.reset();

      assertThat(drain(epochs))
          .allSatisfy(batch -> assertThat(batch.minNumber().doubleValue()).isEqualTo(7));
    }
  }
}
