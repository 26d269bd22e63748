package dev.mto.evaluation;

import dev.mto.deeplearning4j.LinearHead;
import dev.mto.deeplearning4j.LinearHeadOptions;
import dev.mto.engine.encoder.FeatureClassifier;
import dev.mto.engine.encoder.FeatureTable;
import dev.mto.engine.encoder.Scores;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;

/** A linear classifier, trained on standardised features by Deeplearning4j. */
public record LinearOnFeatures(LinearHeadOptions options) implements FeatureClassifier {
  @Override
  public Scores classify(FeatureTable train, FeatureTable queries, List<String> classes) {
    NormalizerStandardize moments = train.moments();
    LinearHead trained =
        LinearHead.train(
            train.standardised(moments).rows(0, train.size()),
            train.labels(),
            classes.size(),
            options);
    Scores.Counter counter = new Scores.Counter(classes);
    try (INDArray probabilities =
        trained.probabilities(queries.standardised(moments).rows(0, queries.size()))) {
      counter.add(queries.labels(), probabilities);
    }
    return counter.scores();
  }
}
