package dev.mto.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.data.folder.BadImages;
import dev.mto.data.folder.ImageFolder;
import dev.mto.data.folder.TooManyBadImagesException;
import dev.mto.data.image.Augmentation;
import dev.mto.data.image.Normalization;
import dev.mto.data.mask.Mask;
import dev.mto.data.mask.MaskSampler;
import dev.mto.data.mask.SimMimMaskSampler;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.dataset.api.MultiDataSet;

class ImageBatchesTest {
  private static final Normalization GREY =
      Normalization.of(new float[] {0.5f}, new float[] {0.25f});
  private static final SimMimMaskSampler MASKS = new SimMimMaskSampler(4, 4, 2, 0.5);

  @TempDir Path root;

  /** What a batch held, copied out of native memory. */
  private record Copy(int number, List<Float> images, List<Float> mask, List<Integer> indices) {}

  private static ImageBatches.Builder options(ImageFolder folder) {
    return ImageBatches.from(folder, Augmentation.simMim(16, 16, GREY))
        .masks(MASKS)
        .batchSize(4)
        .seed(11)
        .epoch(2);
  }

  private static List<Copy> drain(ImageBatches.Builder options) {
    List<Copy> copies = new ArrayList<>();
    try (ImageBatches batches = options.build()) {
      while (batches.hasNext()) {
        try (ImageBatch batch = batches.nextBatch()) {
          copies.add(
              new Copy(
                  batch.number(),
                  floats(batch.images().dup().data().asFloat()),
                  floats(batch.mask().dup().data().asFloat()),
                  IntStream.of(batch.indices()).boxed().toList()));
        }
      }
    }
    return copies;
  }

  private static List<Float> floats(float[] values) {
    List<Float> list = new ArrayList<>();
    for (float value : values) {
      list.add(value);
    }
    return list;
  }

  private static List<Integer> indices(List<Copy> copies) {
    return copies.stream().flatMap(c -> c.indices().stream()).toList();
  }

  @Test
  void anyNumberOfWorkersAndAnyReadAheadGiveTheSameBits() {
    ImageFolder folder = Images.folder(root, 18);
    List<Copy> one = drain(options(folder).workers(1).prefetch(1));
    assertThat(drain(options(folder).workers(4).prefetch(3))).isEqualTo(one);
    assertThat(one).hasSize(5);
  }

  @Test
  void startingInMidEpochGivesTheTail() {
    ImageFolder folder = Images.folder(root, 18);
    List<Copy> whole = drain(options(folder));
    assertThat(drain(options(folder).startBatch(3))).isEqualTo(whole.subList(3, 5));
    assertThat(drain(options(folder).startBatch(5))).isEmpty();
  }

  @Test
  void whatIsSkippedIsNotRead() throws Exception {
    ImageFolder folder = Images.folder(root, 8);
    List<Copy> whole = drain(options(folder));
    for (int index : whole.get(0).indices()) {
      Files.delete(folder.path(index));
    }
    assertThat(drain(options(folder).startBatch(1))).isEqualTo(whole.subList(1, 2));
  }

  @Test
  void anEpochIsAPermutationThatDiffersByEpochAndSeed() {
    ImageFolder folder = Images.folder(root, 18);
    List<Integer> order = indices(drain(options(folder)));
    assertThat(order.stream().sorted().toList()).isEqualTo(IntStream.range(0, 18).boxed().toList());
    assertThat(indices(drain(options(folder).epoch(3)))).isNotEqualTo(order);
    assertThat(indices(drain(options(folder).seed(12)))).isNotEqualTo(order);
    assertThat(indices(drain(options(folder).shuffle(false))))
        .isEqualTo(IntStream.range(0, 18).boxed().toList());
  }

  @Test
  void masksAndCropsBelongToTheImageNotToItsPlaceInTheOrder() {
    ImageFolder folder = Images.folder(root, 8);
    List<Copy> shuffled = drain(options(folder).batchSize(1));
    List<Copy> plain = drain(options(folder).batchSize(1).shuffle(false));
    for (Copy copy : shuffled) {
      Copy same = plain.get(copy.indices().get(0));
      assertThat(copy.images()).isEqualTo(same.images());
      assertThat(copy.mask()).isEqualTo(same.mask());
    }
    assertThat(plain.stream().map(Copy::mask).distinct().count()).isGreaterThan(1);
  }

  @Test
  void imagesOfOneOptimizerStepShareAStreamThatDoesNotMoveBetweenThem() {
    ImageFolder folder = Images.folder(root, 18);
    MaskSampler oneToken =
        (image, step) -> {
          boolean[] masked = new boolean[1 << 16];
          masked[step.nextInt(masked.length)] = true;
          return Mask.of(masked);
        };
    List<Integer> tokens = maskedTokens(options(folder).masks(oneToken).batchesPerStep(2));
    assertThat(tokens).hasSize(18);
    for (int i = 0; i < tokens.size(); i++) {
      assertThat(tokens.get(i)).isEqualTo(tokens.get(i / 8 * 8));
    }
    assertThat(tokens.stream().distinct()).hasSize(3);
    assertThat(maskedTokens(options(folder).masks(oneToken).batchesPerStep(2).startBatch(3)))
        .isEqualTo(tokens.subList(12, 18));
    assertThat(maskedTokens(options(folder).masks(oneToken)).stream().distinct()).hasSize(5);
    assertThat(maskedTokens(options(folder).masks(oneToken).epoch(3)))
        .doesNotContainSequence(tokens);
  }

  private static List<Integer> maskedTokens(ImageBatches.Builder options) {
    List<Integer> tokens = new ArrayList<>();
    for (Copy copy : drain(options)) {
      int length = copy.mask().size() / copy.indices().size();
      for (int i = 0; i < copy.indices().size(); i++) {
        tokens.add(copy.mask().subList(i * length, (i + 1) * length).indexOf(1f));
      }
    }
    return tokens;
  }

  @Test
  void shapesTypesAndLabelsAreAsDocumented() {
    ImageFolder folder = Images.folder(root, 6);
    try (ImageBatches batches = options(folder).shuffle(false).build();
        ImageBatch batch = batches.nextBatch()) {
      assertThat(batch.images().shape()).containsExactly(4, 1, 16, 16);
      assertThat(batch.images().ordering()).isEqualTo('c');
      assertThat(batch.mask().shape()).containsExactly(4, 16);
      assertThat(batch.mask().sumNumber().intValue()).isEqualTo(4 * 8);
      assertThat(batch.labels()).containsExactly(0, 0, 0, 1);
      assertThat(batches.batches()).isEqualTo(2);
    }
  }

  @Test
  void dataSetsHoldImagesMasksAndOneHotLabels() {
    ImageFolder folder = Images.folder(root, 6);
    try (ImageBatches batches = options(folder).shuffle(false).build()) {
      MultiDataSet set = batches.next();
      assertThat(set.getFeatures()).hasSize(2);
      assertThat(set.getLabels(0).toFloatMatrix())
          .isDeepEqualTo(new float[][] {{1, 0}, {1, 0}, {1, 0}, {0, 1}});
      batches.next();
      assertThat(batches.hasNext()).isFalse();
      assertThatThrownBy(batches::nextBatch).isInstanceOf(NoSuchElementException.class);
      batches.reset();
      assertThat(batches.next().getFeatures(0)).isEqualTo(set.getFeatures(0));
    }
  }

  @Test
  void theLastBatchIsShortOrDropped() {
    ImageFolder folder = Images.folder(root, 6);
    assertThat(drain(options(folder)).get(1).indices()).hasSize(2);
    assertThat(drain(options(folder).dropLast(true))).hasSize(1);
  }

  /** Noise images, of which some are emptied. */
  private ImageFolder withEmpty(int images, int... empty) {
    ImageFolder folder = Images.folder(root, images);
    for (int number : empty) {
      String name = (number % 2 == 0 ? "cat" : "dog") + "/%03d.png".formatted(number);
      Images.write(root.resolve(name), new byte[0]);
    }
    return folder;
  }

  private BadImages badImages(int images, double maxShare) {
    return BadImages.open(root.resolve("bad-images.txt"), images, maxShare);
  }

  @Test
  void badImagesAreLeftOutAndListedOnce() throws Exception {
    ImageFolder folder = withEmpty(8, 0);
    Images.write(root.resolve("dog/003.png"), "text".getBytes(StandardCharsets.UTF_8));
    for (int pass = 0; pass < 2; pass++) {
      BadImages bad = badImages(8, 0.5);
      List<Copy> copies = drain(options(folder).shuffle(false).badImages(bad));
      assertThat(indices(copies)).containsExactly(1, 2, 3, 4, 6, 7);
      assertThat(copies.get(0).images()).hasSize(3 * 256);
      assertThat(bad.count()).isEqualTo(2);
    }
    assertThat(Files.readAllLines(root.resolve("bad-images.txt")))
        .containsExactly(
            root.resolve("cat/000.png") + "\tempty file",
            root.resolve("dog/003.png") + "\tnot a JPEG, PNG, TIFF, BMP or WebP file");
  }

  @Test
  void aBatchWithoutAReadableImageIsLeftOutButCounted() {
    ImageFolder folder = withEmpty(8, 0, 2, 4, 6);
    List<Copy> copies = drain(options(folder).shuffle(false).badImages(badImages(8, 0.5)));
    assertThat(copies).hasSize(1);
    assertThat(copies.get(0).number()).isEqualTo(1);
  }

  @Test
  void tooManyBadImagesStopTheRun() {
    ImageFolder folder = withEmpty(8, 0, 2);
    assertThatThrownBy(() -> drain(options(folder).badImages(badImages(8, 0.125))))
        .isInstanceOf(TooManyBadImagesException.class)
        .hasMessageContaining("2 of 8 images (25.00 %)")
        .hasMessageContaining("12.50 %")
        .hasMessageContaining(root.resolve("bad-images.txt").toString());
  }

  @Test
  void withoutAListTheFirstBadImageIsAnError() {
    ImageFolder folder = withEmpty(4, 0);
    assertThatThrownBy(() -> drain(options(folder)))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("000.png cannot be read: empty file");
  }

  @Test
  void aFailingWorkerIsNotSilent() {
    ImageFolder folder = Images.folder(root, 4);
    MaskSampler broken =
        (image, step) -> {
          throw new IllegalStateException("broken sampler");
        };
    assertThatThrownBy(() -> drain(options(folder).masks(broken)))
        .hasMessageContaining("broken sampler");
  }

  @Test
  void closingStopsTheWorkers() throws Exception {
    ImageFolder folder = Images.folder(root, 18);
    List<Thread> before = workers();
    ImageBatches batches = options(folder).workers(3).build();
    batches.nextBatch().close();
    List<Thread> started = workers();
    started.removeAll(before);
    assertThat(started).hasSize(3);
    batches.close();
    for (Thread thread : started) {
      thread.join(10_000);
      assertThat(thread.isAlive()).isFalse();
    }
    assertThatThrownBy(batches::nextBatch).hasMessageContaining("closed");
  }

  private static List<Thread> workers() {
    return new ArrayList<>(
        Thread.getAllStackTraces().keySet().stream()
            .filter(t -> t.getName().startsWith("mto-data-"))
            .toList());
  }

  @Test
  void nativeMemoryDoesNotGrowOverManyBatches() {
    ImageFolder folder = Images.folder(root, 18);
    drain(options(folder));
    long before = 0;
    for (int epoch = 0; epoch < 40; epoch++) {
      try (ImageBatches batches = options(folder).epoch(epoch).build()) {
        while (batches.hasNext()) {
          batches.nextBatch().close();
        }
      }
      if (epoch == 4) {
        before = Pointer.totalBytes();
      }
    }
    assertThat(Pointer.totalBytes() - before).isLessThan(35 * 4 * 16 * 16 * 4);
  }

  @Test
  void waitingForWorkersIsCountedAndWorkingElsewhereIsNot() throws Exception {
    ImageFolder folder = Images.folder(root, 8);
    CountDownLatch go = new CountDownLatch(1);
    MaskSampler slow =
        (image, step) -> {
          try {
            go.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return MASKS.sample(image, step);
        };
    AtomicInteger asked = new AtomicInteger();
    BooleanSupplier letGoWhileItWaits =
        () -> {
          if (asked.incrementAndGet() == 2) {
            go.countDown();
          }
          return false;
        };
    try (ImageBatches batches =
        options(folder).masks(slow).workers(8).stopWhen(letGoWhileItWaits).build()) {
      assertThat(batches.waitedNanos()).isZero();
      batches.nextBatch().close();
      long first = batches.waitedNanos();
      assertThat(first).isGreaterThan(10_000_000L);
      assertThat(batches.hasNext()).isTrue();
      long second = batches.waitedNanos();
      assertThat(batches.hasNext()).isTrue();
      batches.nextBatch().close();
      assertThat(batches.waitedNanos()).isEqualTo(second);
    }
  }

  @Test
  void theWorkersTimeIsToldByStage() {
    ImageFolder folder = Images.folder(root, 18);
    try (ImageBatches batches = options(folder).build()) {
      while (batches.hasNext()) {
        batches.nextBatch().close();
      }
      StageTimes times = batches.stageTimes();
      assertThat(times.images()).isEqualTo(18);
      assertThat(times.readNanos()).isPositive();
      assertThat(times.decodeNanos()).isPositive();
      assertThat(times.augmentNanos()).isPositive();
      assertThat(times.floatNanos()).isPositive();
      assertThat(times.maskNanos()).isPositive();
    }
  }

  @Test
  void valuesOfAnEarlierBatchDoNotComeBack() {
    ImageFolder folder = Images.folder(root, 18);
    List<Copy> whole = drain(options(folder).shuffle(false).prefetch(1).workers(1));
    withEmpty(18, 12, 16);
    ImageBatches.Builder again = options(folder).shuffle(false).prefetch(1).workers(1);
    List<Copy> some = drain(again.badImages(badImages(18, 0.5)));
    assertThat(indices(some)).hasSize(16).isNotEqualTo(indices(whole));
    int pixels = 16 * 16;
    for (Copy copy : some) {
      assertThat(copy.images()).hasSize(copy.indices().size() * pixels);
      for (int i = 0; i < copy.indices().size(); i++) {
        Copy same = whole.get(copy.number());
        int place = same.indices().indexOf(copy.indices().get(i));
        assertThat(copy.images().subList(i * pixels, (i + 1) * pixels))
            .isEqualTo(same.images().subList(place * pixels, (place + 1) * pixels));
      }
    }
  }

  @Test
  void whatWasReadAheadIsFreedWhenItIsNotWanted() throws Exception {
    ImageFolder folder = Images.folder(root, 18);
    drain(options(folder));
    long before = Pointer.totalBytes();
    for (int i = 0; i < 20; i++) {
      try (ImageBatches batches = options(folder).build()) {
        batches.nextBatch().close();
        batches.reset();
        assertThat(batches.hasNext()).isTrue();
      }
    }
    for (Thread thread : workers()) {
      thread.join(10_000);
    }
    assertThat(Pointer.totalBytes() - before).isLessThan(10 * 4 * 16 * 16 * 4);
  }

  @Test
  void wrongOptionsAreRefused() {
    ImageFolder folder = Images.folder(root, 6);
    for (ImageBatches.Builder wrong :
        Arrays.asList(
            options(folder).batchSize(0),
            options(folder).batchesPerStep(0),
            options(folder).workers(0),
            options(folder).prefetch(0),
            options(folder).epoch(-1),
            options(folder).startBatch(3),
            options(folder).batchSize(7).dropLast(true))) {
      assertThatThrownBy(wrong::build)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("but must be");
    }
  }
}
