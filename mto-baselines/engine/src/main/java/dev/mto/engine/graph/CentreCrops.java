package dev.mto.engine.graph;

import dev.mto.data.ImageBatches;
import dev.mto.data.folder.BadImages;
import dev.mto.data.folder.ImageFolder;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.folder.StopSignal;

/** Images as a trained encoder is given them: in order, not augmented, nothing masked. */
public final class CentreCrops {
  private CentreCrops() {}

  /**
   * Batches that end at a stop.
   *
   * @param config says how images are seen, and by how many threads they are read
   * @param batch images in a batch
   * @param bad where unreadable images are listed; null for an error at the first one
   */
  public static ImageBatches.Builder of(
      ImageFolder folder, RunConfig config, int batch, BadImages bad) {
    return ImageBatches.from(folder, config.centreCrop())
        .badImages(bad)
        .stopWhen(StopSignal::requested)
        .batchSize(batch)
        .exif(config.data().exif())
        .shuffle(false)
        .workers(config.data().workers());
  }
}
