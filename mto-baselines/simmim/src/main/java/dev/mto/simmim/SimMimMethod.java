package dev.mto.simmim;

import dev.mto.data.ImageBatch;
import dev.mto.data.random.RandomStream;
import dev.mto.engine.Method;
import dev.mto.engine.Prediction;
import dev.mto.engine.TokenGroup;
import dev.mto.engine.TrainingPosition;
import dev.mto.models.DropPath;
import dev.mto.models.VitConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** SimMIM as the training job sees it. */
final class SimMimMethod implements Method {
  private final SimMimGraph graph;
  private final VitConfig vit;
  private final long seed;

  SimMimMethod(SimMimGraph graph, VitConfig vit, long seed) {
    this.graph = graph;
    this.vit = vit;
    this.seed = seed;
  }

  @Override
  public SDVariable selfSupervisedLoss() {
    return graph.loss();
  }

  @Override
  public List<TokenGroup> tokenGroups() {
    return List.of(new TokenGroup("", "encoder", graph.tokens().get(0), graph.tokens()));
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
    return List.of(new Prediction("", "predicted pixels of masked patches", graph.prediction()));
  }

  /** The official rule for the ViT: all but vectors, biases and the class token. */
  @Override
  public boolean decayed(String parameter, int rank) {
    return rank > 1 && !parameter.endsWith(".bias") && !parameter.equals("encoder.cls_token");
  }

  @Override
  public Map<String, INDArray> trainingFeeds(
      ImageBatch batch, TrainingPosition at, int microBatch) {
    Map<String, INDArray> feeds = imagesAndMask(batch);
    if (graph.dropPath() != null) {
      feeds.put(
          graph.dropPath().name(),
          DropPath.sample(
              vit,
              batch.size(),
              DataType.FLOAT,
              RandomStream.of(seed, "drop_path", at.step(), microBatch)));
    }
    return feeds;
  }

  @Override
  public Map<String, INDArray> evaluationFeeds(ImageBatch batch) {
    Map<String, INDArray> feeds = imagesAndMask(batch);
    if (graph.dropPath() != null) {
      feeds.put(graph.dropPath().name(), DropPath.keepAll(vit, batch.size(), DataType.FLOAT));
    }
    return feeds;
  }

  private Map<String, INDArray> imagesAndMask(ImageBatch batch) {
    Map<String, INDArray> feeds = new HashMap<>();
    feeds.put(graph.images().name(), batch.images());
    feeds.put(
        graph.mask().name(),
        batch.mask() == null ? Nd4j.zeros(batch.images().size(0), vit.patches()) : batch.mask());
    return feeds;
  }

  @Override
  public double forwardFlops() {
    return vit.forwardFlops() + 2.0 * vit.patches() * vit.dim() * vit.patchValues();
  }

  @Override
  public double referenceLoss(ImageBatch batch, TrainingPosition at) {
    return MeanPrediction.loss(batch, vit);
  }
}
