package dev.mto.simmim;

import dev.mto.engine.testing.TinyRun;
import java.nio.file.Path;

/** A SimMIM of seconds. */
final class TinySimMim {
  private TinySimMim() {}

  static TinyRun in(Path root) {
    return new TinyRun(
        new SimMim(),
        root,
        "model.drop_path=0.1",
        "masking={ratio: 0.5, unit: 8}",
        "training.epochs=3",
        "training.schedule=cosine",
        "training.warmup_lr=1.0e-5",
        "log.pictures_every_epochs=3");
  }
}
