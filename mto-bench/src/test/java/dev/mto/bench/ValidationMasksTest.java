package dev.mto.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.data.ImageBatch;
import dev.mto.data.ImageBatches;
import dev.mto.data.mask.Mask;
import dev.mto.engine.Baselines;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.graph.Images;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The masks under which the self-supervised loss of validation images is measured. */
class ValidationMasksTest {
  @TempDir private Path folder;
  private Path images;

  @BeforeEach
  void writeImages() throws IOException {
    images = ColouredImages.write(folder.resolve("images"), 4, 1);
  }

  private RunConfig config(String baseline, String... settings) throws IOException {
    List<String> all = new ArrayList<>();
    all.add("model={ preset: vit-tiny, image: [32, 32], patch: 4, dim: 24, depth: 1, heads: 3 }");
    all.add("masking={ ratio: 0.75, unit: 4 }");
    all.add("data.train=" + images);
    all.add("data.val=" + images);
    all.add("training.batch=4");
    all.add("training.accumulate=1");
    if (baseline.equals("bootmae")) {
      all.addAll(
          List.of("options.block_patches=20", "options.block_min=4", "options.block_max=10"));
    }
    all.addAll(List.of(settings));
    Path file = Files.writeString(folder.resolve(baseline + ".yaml"), "baseline: " + baseline);
    return ConfigLoader.load(file, all, name -> Baselines.named(name).recipe());
  }

  private List<int[]> masked(String baseline, String... settings) throws IOException {
    RunConfig config = config(baseline, settings);
    Images opened = new Images(config, Baselines.named(baseline), folder.resolve("bad.txt"));
    return masked(opened.validated());
  }

  private static List<int[]> masked(ImageBatches batches) {
    List<int[]> masked = new ArrayList<>();
    try (batches) {
      while (batches.hasNext()) {
        try (ImageBatch batch = batches.nextBatch()) {
          batch.masks().stream().map(Mask::masked).forEach(masked::add);
        }
      }
    }
    return masked;
  }

  private static void assertSame(List<int[]> masks, List<int[]> others) {
    assertThat(masks).hasSize(12).hasSameSizeAs(others);
    for (int i = 0; i < masks.size(); i++) {
      assertThat(masks.get(i)).as("image " + i).isEqualTo(others.get(i));
    }
    assertThat(masks.stream().map(Arrays::hashCode).distinct().count()).isGreaterThan(9);
  }

  private static void assertOther(List<int[]> masks, List<int[]> others) {
    for (int i = 0; i < masks.size(); i++) {
      assertThat(masks.get(i)).as("image " + i).isNotEqualTo(others.get(i));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simmim", "mae", "bootmae", "conmim"})
  void thoseOfTheMethodAreTheSameForEverySeedAndBatch(String baseline) throws IOException {
    String method = "log.validation_masks=method";

    List<int[]> masks = masked(baseline, method, "training.seed=1");

    assertSame(masks, masked(baseline, method, "training.seed=2"));
    assertSame(masks, masked(baseline, method, "training.batch=3", "training.accumulate=2"));
  }

  @Test
  void commonOnesAreTheSameForEveryMethodThatMasksAsMany() throws IOException {
    String common = "log.validation_masks=common";

    List<int[]> mae = masked("mae", common, "training.seed=1");

    assertThat(mae).allSatisfy(mask -> assertThat(mask).hasSize(48));
    assertSame(mae, masked("simmim", common, "training.seed=2", "training.batch=3"));
    assertSame(mae, masked("simmim", common, "masking.unit=8"));
    assertOther(mae, masked("mae", common, "masking.ratio=0.5"));
  }

  @Test
  void withoutAskingTheyAreTheRunsOwnAsEver() throws IOException {
    List<int[]> masks = masked("mae", "training.seed=1");

    Images images =
        new Images(
            config("mae", "training.seed=1"), Baselines.named("mae"), folder.resolve("bad.txt"));
    assertSame(masks, masked(images.fixed(images.validation())));
    assertOther(masks, masked("mae", "training.seed=2"));
    assertOther(masks, masked("mae", "training.seed=1", "log.validation_masks=method"));
  }
}
