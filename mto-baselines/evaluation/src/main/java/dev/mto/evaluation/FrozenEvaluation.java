package dev.mto.evaluation;

import dev.mto.data.ImageBatch;
import dev.mto.data.folder.ImageFolder;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.encoder.FeatureClassifier;
import dev.mto.engine.encoder.FeatureKind;
import dev.mto.engine.encoder.FeatureTable;
import dev.mto.engine.encoder.FrozenEncoder;
import dev.mto.engine.encoder.Scores;
import dev.mto.engine.graph.LabelledImages;
import dev.mto.engine.weights.TrainedModel;
import dev.mto.engine.weights.WeightsOf;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Classification on frozen features of centre crops, which are computed once: by k-NN or a linear
 * classifier, of a model, of encoders that were never trained, of raw pixels.
 *
 * <pre>{@code
 * TrainedModel model = TrainedModel.ofRun(Path.of("runs/mae-tiny"), System.err::println);
 * Scores scores = FrozenEvaluation.of(model).ofModel(NearestNeighbours.usual());
 * }</pre>
 *
 * @param config of the model, with the images
 * @param kind which features are meant
 */
public record FrozenEvaluation(
    TrainedModel model, RunConfig config, LabelledImages images, FeatureKind kind) {
  /** On the images that the model's configuration names, by its usual features. */
  public static FrozenEvaluation of(TrainedModel model) {
    RunConfig config = model.config();
    return new FrozenEvaluation(
        model, config, LabelledImages.open(config, null), FeatureKind.usual());
  }

  /** Of the model's trained weights, not of its teacher's. */
  public Scores ofModel(FeatureClassifier classifier) {
    return ofModel(classifier, WeightsOf.STUDENT);
  }

  /** Of the model's trained weights. */
  public Scores ofModel(FeatureClassifier classifier, WeightsOf weights) {
    try (FrozenEncoder encoder =
        FrozenEncoder.of(model.baseline(), config, model.tensors(weights))) {
      return of(encoder, classifier);
    }
  }

  /** Of {@code count} untrained twins, one for each seed from 1 on. */
  public List<Scores> ofUntrained(FeatureClassifier classifier, int count) {
    List<Scores> twins = new ArrayList<>();
    for (int seed = 1; seed <= count; seed++) {
      try (FrozenEncoder encoder = FrozenEncoder.untrained(model.baseline(), config, seed)) {
        twins.add(of(encoder, classifier));
      }
    }
    return twins;
  }

  /** Of raw pixels [C*H*W]. */
  public Scores ofPixels(FeatureClassifier classifier) {
    return of(batch -> batch.images().dup('c').reshape(batch.size(), -1), classifier);
  }

  private Scores of(FrozenEncoder encoder, FeatureClassifier classifier) {
    return of(batch -> encoder.features(batch.images(), kind), classifier);
  }

  private Scores of(Function<ImageBatch, INDArray> features, FeatureClassifier classifier) {
    try (FeatureTable train = table(images.train(), features);
        FeatureTable validation = table(images.validation(), features)) {
      return classifier.classify(train, validation, images.classes());
    }
  }

  private FeatureTable table(ImageFolder folder, Function<ImageBatch, INDArray> features) {
    return FeatureTable.of(
        images.centreCrops(folder, config.training().batch()), folder.size(), features);
  }
}
