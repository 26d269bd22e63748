package dev.mto.mae;

import dev.mto.data.ImageBatch;
import dev.mto.engine.Method;
import dev.mto.engine.Prediction;
import dev.mto.engine.TokenGroup;
import dev.mto.engine.TrainingPosition;
import dev.mto.models.BlockConfig;
import dev.mto.models.QkvBias;
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
  private final MaeOptions options;

  MaeMethod(MaeGraph graph, VitConfig vit, MaeOptions options) {
    this.graph = graph;
    this.vit = vit;
    this.options = options;
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
    if (!options.normPix()) {
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
  public double forwardFlops() {
    int visible = (int) graph.selection().getShape()[1];
    double embeddings =
        2.0 * vit.patches() * vit.patchValues() * (vit.dim() + options.decoderDim())
            + 2.0 * (1 + visible) * vit.dim() * options.decoderDim();
    double encoder = vit.depth() * BlockConfig.of(vit, QkvBias.ALL).forwardFlops(1 + visible);
    double decoder =
        options.decoderDepth() * options.block(vit.mlpRatio()).forwardFlops(1 + vit.patches());
    return embeddings + encoder + decoder;
  }

  @Override
  public double referenceLoss(ImageBatch batch, TrainingPosition at) {
    MaskedTargets targets = new MaskedTargets(batch, vit);
    return options.normPix() ? targets.squaredNormalised() : targets.squaredFromVisibleMean();
  }
}
