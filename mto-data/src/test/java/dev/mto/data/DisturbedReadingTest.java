package dev.mto.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.data.folder.BadImages;
import dev.mto.data.folder.ImageFolder;
import dev.mto.data.image.Augmentation;
import dev.mto.data.image.Normalization;
import dev.mto.data.mask.MaskSampler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Images that cannot be read while training, and reads that do not end. */
class DisturbedReadingTest {
  @TempDir private Path root;

  private static ImageBatches.Builder options(ImageFolder folder) {
    Normalization grey = Normalization.of(new float[] {0.5f}, new float[] {0.25f});
    return ImageBatches.from(folder, Augmentation.simMim(16, 16, grey))
        .batchSize(4)
        .shuffle(false)
        .replaceUnreadable(true);
  }

  private ImageFolder folder(int images, int... unreadable) {
    ImageFolder folder = Images.folder(root, images);
    for (int index : unreadable) {
      Images.write(folder.path(index), new byte[0]);
    }
    return folder;
  }

  @Test
  void thePlaceOfAnUnreadableImageIsTakenByTheNextReadableOneWithItsLabel() {
    ImageFolder folder = folder(8, 1, 2, 7);
    BadImages bad = BadImages.open(root.resolve("bad-images.txt"), 8, 0.5);
    try (ImageBatches batches = options(folder).badImages(bad).build();
        ImageBatch first = batches.nextBatch();
        ImageBatch second = batches.nextBatch()) {
      assertThat(first.indices()).containsExactly(0, 3, 3, 3);
      assertThat(first.labels())
          .containsExactly(Arrays.stream(first.indices()).map(folder::label).toArray());
      assertThat(second.indices()).containsExactly(4, 5, 6, 0);
      assertThat(first.images().slice(1))
          .as("two views of one image")
          .isNotEqualTo(first.images().slice(2));
      assertThat(bad.count()).isEqualTo(3);
    }
  }

  @Test
  void aBatchOfMoreValuesThanCanBeCountedIsRefused() {
    assertThatThrownBy(() -> options(folder(1)).batchSize(20_000_000).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "a batch of 20000000 images of 1 x 16 x 16 has more than 2^31 values: lower the batch"
                + " size");
  }

  @Test
  void aFolderOfWhichNothingCanBeReadHasNoBatch() {
    ImageFolder folder = folder(4, 0, 1, 2, 3);
    BadImages bad = BadImages.open(root.resolve("bad-images.txt"), 4, 1);
    try (ImageBatches batches = options(folder).badImages(bad).build()) {
      assertThat(batches.hasNext()).isFalse();
    }
  }

  @Test
  void theListIsNotWrittenThroughALink() throws IOException {
    Path elsewhere = Files.writeString(root.resolve("elsewhere"), "kept");
    Path list = Files.createSymbolicLink(root.resolve("bad-images.txt"), elsewhere);

    assertThatThrownBy(() -> BadImages.open(list, 4, 1).add(root.resolve("a.png"), "broken"))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("bad-images.txt");
    assertThat(elsewhere).hasContent("kept");
    Files.writeString(elsewhere, "kept\n");
    assertThatThrownBy(() -> BadImages.open(list, 4, 1).add(root.resolve("a.png"), "broken"))
        .isInstanceOf(UncheckedIOException.class);
    assertThat(elsewhere).hasContent("kept");
  }

  @Test
  @Timeout(60)
  void aStopEndsTheWaitForAReadThatHangs() {
    CountDownLatch never = new CountDownLatch(1);
    MaskSampler hanging =
        (image, step) -> {
          try {
            never.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return null;
        };
    AtomicBoolean stop = new AtomicBoolean();
    try (ImageBatches batches =
        options(folder(4)).masks(hanging).stopWhen(() -> stop.getAndSet(true)).build()) {
      assertThatThrownBy(batches::hasNext).isInstanceOf(StoppedException.class);
    }
  }
}
