package dev.mto.bench.study;

import dev.mto.bench.ColouredImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A study of seconds in a folder: MAE with and without MTO on coloured images. */
final class StudyFile {
  private final Path root;

  StudyFile(Path root) throws IOException {
    this.root = root;
    ColouredImages.write(root.resolve("train"), 8, 1);
    ColouredImages.write(root.resolve("test"), 4, 2);
    Files.writeString(
        root.resolve("mae.yaml"),
        """
        baseline: mae
        model: { preset: vit-tiny, image: [32, 32], patch: 8, dim: 48, depth: 2, heads: 3 }
        options: { decoder_dim: 32, decoder_depth: 2, decoder_heads: 2 }
        data: { train: images, workers: 1 }
        training: { epochs: 2, batch: 6, accumulate: 1, lr_scale_batch: none, warmup_epochs: 0 }
        log: { pictures_every_epochs: 0, knn_every_epochs: 0 }
        """);
    Files.writeString(
        root.resolve("finetune.yaml"),
        """
        epochs: 1
        batch: 6
        accumulate: 1
        lr_scale_batch: none
        warmup_epochs: 0
        """);
  }

  /** Writes the study. */
  Path write(String name, String variants, String grid) throws IOException {
    return Files.writeString(
        root.resolve(name + ".yaml"),
        """
        name: %1$s
        out: %2$s/%1$s
        results: %2$s/kept
        data: { pretrain: %2$s/train, train: %2$s/train, test: %2$s/test }
        baselines: { mae: %2$s/mae.yaml }
        variants: %3$s
        grid: [ %4$s ]
        measures:
          finetune: { recipe: %2$s/finetune.yaml, epochs: [1, 2] }
          linear: { epochs: [2] }
          knn: { epochs: [2] }
        """
            .formatted(name, root, variants, grid));
  }

  /** Both variants of one seed, and the untrained twin. */
  Path write(String name) throws IOException {
    return write(
        name,
        "{ none: [mto.enabled=false], mto: [] }",
        "{ baselines: [mae], variants: [none, mto], seeds: [1] }");
  }

  /** The plan of a study file under settings. */
  static List<Cell> plan(Path file, String... settings) {
    StudyConfig study = StudyConfig.read(file, List.of(settings));
    return StudyPlan.of(study, StudyImages.of(study));
  }
}
