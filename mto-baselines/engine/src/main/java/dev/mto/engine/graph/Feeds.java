package dev.mto.engine.graph;

import dev.mto.data.ImageBatch;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Gives back the native memory of placeholder values at once, not when the collector runs. */
public final class Feeds {
  private Feeds() {}

  public static void close(Map<String, INDArray> feeds, ImageBatch batch) {
    for (INDArray array : feeds.values()) {
      if (array != batch.images() && array != batch.mask() && array.closeable()) {
        array.close();
      }
    }
    batch.close();
  }
}
