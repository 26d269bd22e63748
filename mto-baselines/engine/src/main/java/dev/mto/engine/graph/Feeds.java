package dev.mto.engine.graph;

import dev.mto.data.ImageBatch;
import dev.mto.data.mask.Mask;
import dev.mto.models.Tokens;
import java.util.HashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Values of the placeholders that methods share, and their end. */
public final class Feeds {
  /** Placeholder [B, C, H, W] of normalised pixels. */
  public static final String IMAGES = "images";

  /** Placeholder [B, N], 1 = masked, 0 = visible. */
  public static final String MASK = "mask";

  /** Placeholder [B, V, N], one-hot rows of the visible patches in image order. */
  public static final String SELECTION = "selection";

  private Feeds() {}

  /** Images and mask; where the batch has no masks, nothing is masked. */
  public static Map<String, INDArray> imagesAndMask(ImageBatch batch, int patches) {
    Map<String, INDArray> feeds = new HashMap<>();
    feeds.put(IMAGES, batch.images());
    feeds.put(MASK, batch.mask() == null ? Nd4j.zeros(batch.size(), patches) : batch.mask());
    return feeds;
  }

  /** Images, mask and selection; where the batch has no masks, the images alone. */
  public static Map<String, INDArray> imagesAndVisible(ImageBatch batch) {
    Map<String, INDArray> feeds = new HashMap<>();
    feeds.put(IMAGES, batch.images());
    if (batch.mask() != null) {
      int[][] visible = batch.masks().stream().map(Mask::visible).toArray(int[][]::new);
      int tokens = batch.masks().get(0).tokens();
      feeds.put(MASK, batch.mask());
      feeds.put(SELECTION, Tokens.selection(visible, tokens, DataType.FLOAT));
    }
    return feeds;
  }

  /** Gives back the native memory of placeholder values at once, not when the collector runs. */
  public static void close(Map<String, INDArray> feeds, ImageBatch batch) {
    closeMade(feeds, batch);
    batch.close();
  }

  /** As {@link #close}, but the batch's own arrays stay. */
  public static void closeMade(Map<String, INDArray> feeds, ImageBatch batch) {
    for (INDArray array : feeds.values()) {
      boolean ofBatch =
          array == batch.images() || array == batch.mask() || array == batch.secondView();
      if (!ofBatch && array.closeable()) {
        array.close();
      }
    }
  }
}
