package dev.mto.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mto.data.folder.BadImages;
import dev.mto.data.folder.ImageFolder;
import dev.mto.data.folder.ShardedImages;
import dev.mto.data.image.Augmentation;
import dev.mto.data.image.EncodedImage;
import dev.mto.data.image.Normalization;
import dev.mto.data.mask.SimMimMaskSampler;
import dev.mto.data.random.RandomStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LanesTest {
  private static final int IMAGES = 20_000;
  private static final int SHARDS = 37;
  private static final int LANES = 4;
  private static final int BATCH = 64;
  private static final int[][] OF_SHARD = shards(IMAGES, SHARDS);
  private static final int STEPS = IMAGES / (LANES * BATCH);

  @TempDir private Path root;

  /** Images at random in shards of which some have one more. */
  private static int[][] shards(int images, int shards) {
    int[] dealt = RandomStream.permutation(images, RandomStream.of(5, "test"));
    int[][] result = new int[shards][];
    for (int i = 0; i < shards; i++) {
      result[i] = Arrays.copyOfRange(dealt, images * i / shards, images * (i + 1) / shards);
    }
    return result;
  }

  private static int[] order(long seed, int epoch) {
    return Lanes.order(OF_SHARD, LANES, BATCH, seed, epoch);
  }

  /** Micro-batch number {@code step * LANES + lane}. */
  private static int[] microBatch(int[] order, int number) {
    return Arrays.copyOfRange(order, number * BATCH, (number + 1) * BATCH);
  }

  @Test
  void eachImageComesOnceAndEpochsAndSeedsDiffer() {
    int[] order = order(1, 0);
    assertThat(Arrays.stream(order).sorted().toArray())
        .isEqualTo(IntStream.range(0, IMAGES).toArray());
    assertThat(order(1, 0)).isEqualTo(order);
    for (int[] other : List.of(order(1, 1), order(2, 0))) {
      long same = IntStream.range(0, IMAGES).filter(i -> other[i] == order[i]).count();
      assertThat(same).as("images that keep their place").isLessThan(IMAGES / 100);
    }
    int[] few = Lanes.order(OF_SHARD, 400, BATCH, 1, 0);
    assertThat(new HashSet<>(Arrays.stream(few).boxed().toList())).hasSize(IMAGES);
  }

  /**
   * A worker that takes one lane opens its own shards and, at its ends, those of its neighbours.
   */
  @Test
  void aLaneReadsShardsOfItsOwnFromEndToEnd() {
    int[] shardOf = new int[IMAGES];
    int[] placeOf = new int[IMAGES];
    for (int shard = 0; shard < SHARDS; shard++) {
      for (int place = 0; place < OF_SHARD[shard].length; place++) {
        shardOf[OF_SHARD[shard][place]] = shard;
        placeOf[OF_SHARD[shard][place]] = place;
      }
    }
    for (int epoch = 0; epoch < 3; epoch++) {
      int[] order = order(1, epoch);
      int shardsOfLanes = 0;
      for (int lane = 0; lane < LANES; lane++) {
        Set<Integer> opened = new HashSet<>();
        int seeks = 0;
        int before = -1;
        for (int step = 0; step < STEPS; step++) {
          for (int image : microBatch(order, step * LANES + lane)) {
            opened.add(shardOf[image]);
            boolean next =
                before >= 0
                    && shardOf[image] == shardOf[before]
                    && placeOf[image] == placeOf[before] + 1;
            seeks += next ? 0 : 1;
            before = image;
          }
        }
        shardsOfLanes += opened.size();
        Set<Integer> atOnce = new HashSet<>();
        for (int step = 0; step < 8; step++) {
          for (int image : microBatch(order, step * LANES + lane)) {
            atOnce.add(shardOf[image]);
          }
        }
        assertThat(atOnce).as("blocks of all of its shards are mixed").hasSizeGreaterThan(4);
        assertThat(seeks)
            .as("one for each block, and for each shard that begins in one")
            .isLessThanOrEqualTo(STEPS * BATCH / Lanes.BLOCK + 1 + opened.size());
      }
      assertThat(shardsOfLanes).isLessThanOrEqualTo(SHARDS + LANES + 1);
    }
    int[] exact = RandomStream.permutation(IMAGES, RandomStream.of(1, "order", 0));
    long contiguous =
        IntStream.range(1, IMAGES)
            .filter(
                i ->
                    shardOf[exact[i]] == shardOf[exact[i - 1]]
                        && placeOf[exact[i]] == placeOf[exact[i - 1]] + 1)
            .count();
    assertThat(contiguous).as("nearly each image is a seek otherwise").isLessThan(10);
  }

  /** What is uniform: where one image comes. What is not: that its neighbours come with it. */
  @Test
  void anImageComesAnywhereAndItsNeighboursComeWithIt() {
    int epochs = 400;
    int[] watched = {OF_SHARD[0][0], OF_SHARD[9][100], OF_SHARD[36][OF_SHARD[36].length - 1]};
    int[][] inLane = new int[watched.length][LANES + 1];
    double[] step = new double[watched.length];
    long companions = 0;
    int[] beside = OF_SHARD[9];
    int[] middle = {OF_SHARD[9][beside.length / 2], OF_SHARD[10][beside.length / 2]};
    int oneLane = 0;
    Set<Integer> firstHalves = new HashSet<>();
    for (int[] shard : OF_SHARD) {
      Arrays.stream(shard).limit(shard.length / 2).forEach(firstHalves::add);
    }
    int leftOut = 0;
    int ofFirstHalves = 0;
    for (int epoch = 0; epoch < epochs; epoch++) {
      int[] order = order(3, epoch);
      int[] placeOf = new int[IMAGES];
      for (int i = 0; i < IMAGES; i++) {
        placeOf[order[i]] = i;
      }
      for (int w = 0; w < watched.length; w++) {
        int batch = placeOf[watched[w]] / BATCH;
        inLane[w][batch < STEPS * LANES ? batch % LANES : LANES]++;
        step[w] += (double) placeOf[watched[w]] / IMAGES / epochs;
      }
      for (int i = STEPS * LANES * BATCH; i < IMAGES; i++) {
        leftOut++;
        ofFirstHalves += firstHalves.contains(order[i]) ? 1 : 0;
      }
      int lane = placeOf[middle[0]] / BATCH % LANES;
      oneLane += placeOf[middle[1]] / BATCH % LANES == lane ? 1 : 0;
      for (int i = 1; i < beside.length; i++) {
        companions += placeOf[beside[i]] / BATCH == placeOf[beside[i - 1]] / BATCH ? 1 : 0;
      }
    }
    double share = (double) STEPS * BATCH / IMAGES;
    double deviation = Math.sqrt(epochs * share * (1 - share));
    for (int w = 0; w < watched.length; w++) {
      for (int lane = 0; lane < LANES; lane++) {
        assertThat((double) inLane[w][lane])
            .as("epochs of image %d in lane %d", w, lane)
            .isCloseTo(epochs * share, within(4 * deviation));
      }
      assertThat(step[w])
          .as("mean place in the epoch")
          .isCloseTo(0.5, within(4 / Math.sqrt(12.0 * epochs)));
    }
    assertThat((double) ofFirstHalves / leftOut)
        .as("what fills no step is of any part of a shard")
        .isCloseTo(0.5, within(4 * 0.5 / Math.sqrt(epochs)));
    assertThat((double) oneLane / epochs)
        .as("epochs in which two shards of neighbouring numbers are in one lane")
        .isCloseTo(1.0 / LANES, within(0.1));
    double together = (double) companions / epochs / (beside.length - 1);
    System.out.printf(
        "neighbours in one micro-batch of %d: %.3f by lanes, %.4f exactly%n",
        BATCH, together, (BATCH - 1.0) / (IMAGES - 1));
    assertThat(together).isBetween(0.9, 1.0);
  }

  private Path packed() throws IOException {
    Path folder = root.resolve("images");
    Random random = new Random(1);
    for (int i = 0; i < 60; i++) {
      byte[] grey = new byte[400];
      random.nextBytes(grey);
      Path group = Files.createDirectories(folder.resolve("class " + i % 3));
      Files.write(group.resolve("%02d.png".formatted(i)), EncodedImage.png(grey, 20, 20));
    }
    Path shards = Files.createDirectories(root.resolve("shards"));
    ShardedImages images = new ShardedImages(List.of(ImageFolder.open(folder)), 7, 1, false);
    for (int i = 0; i < 7; i++) {
      try (OutputStream out =
          Files.newOutputStream(shards.resolve(ShardedImages.fileName("s", i)))) {
        images.write(i, out, BadImages.telling(line -> {}, 60, 0), () -> {});
      }
    }
    return shards;
  }

  private static ImageBatches.Builder batches(ImageFolder images, int batchesPerStep) {
    Normalization grey = Normalization.of(new float[] {0.5f}, new float[] {0.25f});
    return ImageBatches.from(images, Augmentation.simMim(16, 16, grey))
        .masks(new SimMimMaskSampler(4, 4, 2, 0.5))
        .shuffledBy(Shuffle.LANES)
        .batchSize(4)
        .batchesPerStep(batchesPerStep)
        .dropLast(true);
  }

  private static List<String> read(ImageFolder images, int workers, int epoch, int startBatch) {
    return read(batches(images, 3).epoch(epoch).startBatch(startBatch).workers(workers));
  }

  private static List<String> read(ImageBatches.Builder builder) {
    List<String> read = new ArrayList<>();
    try (ImageBatches batches = builder.build()) {
      while (batches.hasNext()) {
        try (ImageBatch batch = batches.nextBatch()) {
          read.add(
              batch.number()
                  + Arrays.toString(batch.indices())
                  + Arrays.hashCode(batch.images().dup().data().asFloat())
                  + Arrays.hashCode(batch.mask().dup().data().asFloat()));
        }
      }
    }
    return read;
  }

  @Test
  void aResumedEpochIsTheRestOfTheWholeForAnyNumberOfWorkers() throws IOException {
    ImageFolder images = ImageFolder.open(packed());
    List<String> whole = read(images, 1, 0, 0);

    assertThat(whole).hasSize(15);
    assertThat(read(images, 3, 0, 0)).isEqualTo(whole);
    for (int start : new int[] {1, 6, 14}) {
      assertThat(read(images, 2, 0, start)).isEqualTo(whole.subList(start, 15));
    }
    assertThat(read(images, 1, 1, 0)).doesNotContainAnyElementsOf(whole);
  }

  /** Parts of steps are taken by processes of a training. */
  @Test
  void thePartsOfAnEpochAreTheWholeForAnyNumberOfProcessesAlsoFromItsMiddleOn() throws IOException {
    ImageFolder images = ImageFolder.open(packed());
    int lanes = 4;
    List<String> whole = read(batches(images, lanes));
    assertThat(whole).hasSize(15);
    for (int start : new int[] {0, 2 * lanes}) {
      for (int parts : new int[] {1, 2, 4}) {
        List<List<String>> each = new ArrayList<>();
        for (int part = 0; part < parts; part++) {
          each.add(read(batches(images, lanes).part(part, parts).startBatch(start)));
        }
        int ofStep = lanes / parts;
        List<String> all = new ArrayList<>();
        for (int number = start; number < whole.size(); number++) {
          all.add(each.get(number % lanes / ofStep).remove(0));
        }
        assertThat(all)
            .as("%d parts from batch %d", parts, start)
            .isEqualTo(whole.subList(start, 15));
        assertThat(each).as("none is read twice").allMatch(List::isEmpty);
      }
    }
  }

  @Test
  void imagesOfShardsAreFoundInTheOrderInWhichTheyLie() throws IOException {
    ImageFolder images = ImageFolder.open(packed());
    int[][] shards = images.shards();
    assertThat(shards).hasNumberOfRows(7);
    assertThat(Arrays.stream(shards).flatMapToInt(Arrays::stream).sorted().toArray())
        .isEqualTo(IntStream.range(0, 60).toArray());
    int[] dealt = RandomStream.permutation(60, RandomStream.of(1, "shards"));
    for (int shard = 0, i = 0; shard < 7; shard++) {
      for (int image : shards[shard]) {
        String name = images.path(image).getFileName().toString();
        assertThat(name).isEqualTo("%09d.png".formatted(dealt[i++]));
      }
    }
    assertThat(images.evenly(30).shards()).hasNumberOfRows(7);
  }

  @Test
  void filesAndArchivesOfClassesAreRefused() throws IOException {
    packed();
    ImageFolder files = ImageFolder.open(root.resolve("images"));
    assertThat(files.shards()).isEmpty();
    assertThatThrownBy(() -> Shuffle.LANES.require(files))
        .hasMessageContaining("holds files and no archives");
    assertThatThrownBy(() -> read(files, 1, 0, 0)).hasMessageContaining("no archives");
    Shuffle.EXACT.require(files);

    ImageFolder shards = ImageFolder.open(root.resolve("shards"));
    Shuffle.LANES.require(shards);
    Path sorted = Files.createDirectories(root.resolve("sorted"));
    for (int i = 0; i < 3; i++) {
      Path one = Files.createDirectories(root.resolve("only " + i));
      Files.move(root.resolve("images/class " + i), one.resolve("class " + i));
      try (OutputStream out = Files.newOutputStream(sorted.resolve(i + ".tar"))) {
        new ShardedImages(List.of(ImageFolder.open(one)), 1, 1, false)
            .write(0, out, BadImages.telling(line -> {}, 20, 0), () -> {});
      }
    }
    ImageFolder byClass = ImageFolder.open(sorted);
    assertThat(byClass.classes()).hasSize(3);
    assertThatThrownBy(() -> Shuffle.LANES.require(byClass))
        .hasMessageContaining("holds its images class by class (100 % of them");
  }
}
