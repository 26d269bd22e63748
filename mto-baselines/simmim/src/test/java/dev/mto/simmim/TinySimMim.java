package dev.mto.simmim;

import dev.mto.engine.testing.TinyRun;
import java.io.IOException;
import java.nio.file.Path;

/** A SimMIM of seconds. */
final class TinySimMim {
  private static final String CONFIGURATION =
      """
      baseline: simmim
      model: { preset: vit-tiny, image: [32, 32], patch: 8, dim: 24, depth: 2, heads: 2, drop_path: 0.1 }
      data: { train: %s, val: %s }
      masking: { ratio: 0.5, unit: 8 }
      training:
        epochs: 3
        batch: 8
        accumulate: 1
        base_lr: 5.0e-3
        lr_scale_batch: none
        schedule: cosine
        warmup_epochs: 0.5
        warmup_lr: 1.0e-5
      log: { heterogeneity_every: 3, knn_every_epochs: 1, pictures_every_epochs: 3 }
      """;

  private TinySimMim() {}

  static TinyRun in(Path root) throws IOException {
    return new TinyRun(new SimMim(), root, CONFIGURATION);
  }
}
