package dev.mto.mae;

import dev.mto.data.ImageBatch;
import dev.mto.engine.Method;
import dev.mto.engine.Prediction;
import dev.mto.engine.TokenGroup;
import dev.mto.engine.TrainingPosition;
import dev.mto.models.VisibleTokens;
import dev.mto.models.VitConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** MAE as the training job sees it. */
final class MaeMethod implements Method {
  private final MaeGraph graph;
  private final VitConfig vit;
  private final boolean normPix;

  MaeMethod(MaeGraph graph, VitConfig vit, boolean normPix) {
    this.graph = graph;
    this.vit = vit;
    this.normPix = normPix;
  }

  @Override
  public SDVariable selfSupervisedLoss() {
    return graph.loss();
  }

  @Override
  public List<TokenGroup> tokenGroups() {
    return List.of(new TokenGroup("", "decoder", graph.beforePosition(), graph.tokens()));
  }

  @Override
  public SDVariable mask() {
    return graph.mask();
  }

  @Override
  public SDVariable features() {
    return graph.features();
  }

  @Override
  public List<Prediction> predictions() {
    if (!normPix) {
      return List.of(new Prediction("", "predicted pixels", graph.picture()));
    }
    return List.of(
        new Prediction(
            "",
            "norm-pix: mean and deviation of a patch interpolated from visible patches",
            graph.picture()),
        new Prediction(
            "original-statistics",
            "norm-pix: mean and deviation of a patch taken from the original, which leaks the answer",
            graph.pictureOfOriginalStatistics()));
  }

  /** The official rule: all but vectors and biases; class and mask token decay. */
  @Override
  public boolean decayed(String parameter, int rank) {
    return rank > 1 && !parameter.endsWith(".bias");
  }

  @Override
  public Map<String, INDArray> trainingFeeds(
      ImageBatch batch, TrainingPosition at, int microBatch) {
    return evaluationFeeds(batch);
  }

  @Override
  public Map<String, INDArray> evaluationFeeds(ImageBatch batch) {
    Map<String, INDArray> feeds = new HashMap<>();
    feeds.put(graph.images().name(), batch.images());
    if (batch.mask() != null) {
      feeds.put(graph.mask().name(), batch.mask());
      feeds.put(graph.selection().name(), VisibleTokens.selection(batch.mask(), DataType.FLOAT));
    }
    return feeds;
  }

  @Override
  public double referenceLoss(ImageBatch batch) {
    MaskedTargets targets = new MaskedTargets(batch, vit);
    return normPix ? targets.squaredNormalised() : targets.squaredFromVisibleMean();
  }
}
