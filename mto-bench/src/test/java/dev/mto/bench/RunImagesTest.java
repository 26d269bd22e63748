package dev.mto.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.data.ImageBatches;
import dev.mto.engine.Baselines;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.graph.Images;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The training and validation images of a run together. */
class RunImagesTest {
  @TempDir private Path folder;

  private Images open(Path train, Path validation) throws IOException {
    List<String> settings =
        List.of(
            "model={ preset: vit-tiny, image: [32, 32], patch: 8, dim: 24, depth: 1, heads: 3 }",
            "masking={ ratio: 0.5, unit: 8 }",
            "data.train=" + train,
            "data.val=" + validation,
            "training.batch=3",
            "training.accumulate=1");
    Path file = Files.writeString(folder.resolve("simmim.yaml"), "baseline: simmim");
    RunConfig config = ConfigLoader.load(file, settings, name -> Baselines.named(name).recipe());
    return new Images(config, Baselines.named("simmim"), folder.resolve("bad.txt"));
  }

  @Test
  void aSingleClassIsNothingThatNeighboursTellApart() throws IOException {
    Path classes = ColouredImages.write(folder.resolve("classes"), 3, 1);
    Path one = Files.createDirectory(folder.resolve("one"));
    Files.move(classes.resolve("class0"), one.resolve("class0"));

    assertThat(open(classes, classes).canBeToldApart()).isTrue();
    assertThat(open(one, one).canBeToldApart()).isFalse();
  }

  @Test
  void badImagesAreAShareOfAllThatTheRunGoesThrough() throws IOException {
    Path train = ColouredImages.write(folder.resolve("train"), 2, 1);
    Path validation = ColouredImages.write(folder.resolve("val"), 34, 2);
    Files.writeString(validation.resolve("class1/7.png"), "no image");

    Images images = open(train, validation); // one of 108
    try (ImageBatches batches = images.validated()) {
      while (batches.hasNext()) {
        batches.nextBatch().close();
      }
    }

    assertThat(images.unreadable()).isEqualTo(1);
  }
}
