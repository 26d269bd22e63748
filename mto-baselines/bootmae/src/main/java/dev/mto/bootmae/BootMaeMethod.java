package dev.mto.bootmae;

import dev.mto.data.ImageBatch;
import dev.mto.engine.Method;
import dev.mto.engine.Prediction;
import dev.mto.engine.TokenGroup;
import dev.mto.engine.TrainingPosition;
import dev.mto.models.VisibleTokens;
import dev.mto.models.VitConfig;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** BootMAE as the training job sees it. */
final class BootMaeMethod implements Method {
  private final BootMaeGraph graph;
  private final Teacher teacher;
  private final FeatureWeight featureWeight;
  private final EmaDecay emaDecay;
  private final ReferenceLoss reference;
  private final double flops;

  BootMaeMethod(BootMaeGraph graph, Teacher teacher, VitConfig vit, BootMaeOptions options) {
    this.graph = graph;
    this.teacher = teacher;
    this.featureWeight = new FeatureWeight(options.featureWeight());
    this.emaDecay = new EmaDecay(options.emaDecay(), options.emaEpochs());
    this.reference = new ReferenceLoss(vit, options.weightMask());
    this.flops = Flops.forward(vit, options, (int) graph.selection().getShape()[1]);
  }

  @Override
  public SDVariable selfSupervisedLoss() {
    return graph.loss();
  }

  @Override
  public Map<String, SDVariable> lossParts() {
    Map<String, SDVariable> parts = new LinkedHashMap<>();
    parts.put("pixel", graph.pixel().loss());
    parts.put("feature", graph.feature().loss());
    return parts;
  }

  @Override
  public List<TokenGroup> tokenGroups() {
    return List.of(
        group("pixel", "pixel decoder", graph.pixel()),
        group("feature", "feature decoder", graph.feature()));
  }

  private static TokenGroup group(String name, String module, Branch branch) {
    return new TokenGroup(name, module, branch.beforePosition(), branch.tokens());
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
    return List.of(
        new Prediction(
            "",
            "normalised pixels: mean and deviation of a patch and channel interpolated from visible"
                + " patches",
            graph.picture()),
        new Prediction(
            "original-statistics",
            "normalised pixels: mean and deviation of a patch and channel taken from the original,"
                + " which leaks the answer",
            graph.pictureOfOriginalStatistics()));
  }

  /** The official rule: all but vectors, biases and the class token; mask tokens decay. */
  @Override
  public boolean decayed(String parameter, int rank) {
    return rank > 1 && !parameter.endsWith(".bias") && !parameter.equals("cls_token");
  }

  @Override
  public Map<String, INDArray> trainingFeeds(
      ImageBatch batch, TrainingPosition at, int microBatch) {
    return feeds(batch, featureWeight.at(at.epoch(), at.epochs()));
  }

  /** The feature loss has its full weight, so that the losses of different epochs compare. */
  @Override
  public Map<String, INDArray> evaluationFeeds(ImageBatch batch) {
    return feeds(batch, featureWeight.full());
  }

  private Map<String, INDArray> feeds(ImageBatch batch, double weight) {
    Map<String, INDArray> feeds = new HashMap<>();
    feeds.put(graph.images().name(), batch.images());
    if (batch.mask() != null) {
      feeds.put(graph.mask().name(), batch.mask());
      feeds.put(graph.selection().name(), VisibleTokens.selection(batch.mask(), DataType.FLOAT));
      feeds.put(graph.featureWeight().name(), Nd4j.scalar(DataType.FLOAT, weight));
    }
    return feeds;
  }

  @Override
  public double forwardFlops() {
    return flops;
  }

  /** With the weight that the feature loss has at that step. */
  @Override
  public double referenceLoss(ImageBatch batch, TrainingPosition at) {
    return reference.of(batch, featureWeight.at(at.epoch(), at.epochs()));
  }

  @Override
  public void afterUpdate(TrainingPosition at) {
    teacher.move(emaDecay.at(at.epoch()));
  }

  @Override
  public Map<String, INDArray> state() {
    return teacher.arrays();
  }

  @Override
  public void initialised(Set<String> given) {
    teacher.restart(given);
  }
}
