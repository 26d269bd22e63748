package dev.mto.evaluation;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.bench.evaluate.CachedOptions;
import dev.mto.bench.evaluate.EvaluatedModel;
import dev.mto.deeplearning4j.LinearHead;
import dev.mto.deeplearning4j.LinearHeadOptions;
import dev.mto.engine.Baseline;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.encoder.FeatureKind;
import dev.mto.engine.encoder.FeatureTable;
import dev.mto.engine.encoder.FrozenEncoder;
import dev.mto.engine.encoder.Scores;
import dev.mto.engine.folder.AtomicFiles;
import dev.mto.engine.graph.LabelledImages;
import dev.mto.evaluation.curve.SeedSummary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;

/** A linear classifier on features of centre crops, which are computed once. */
public final class CachedLinear {
  private static final int UNTRAINED = 3;

  private final EvaluatedModel model;
  private final CachedOptions options;

  public CachedLinear(EvaluatedModel model, CachedOptions options) {
    this.model = model;
    this.options = options;
  }

  /**
   * Measures the model and its untrained twins.
   *
   * @param json receives the figures; null for none
   */
  public void run(Path json) throws IOException {
    LinearHeadOptions head = options.head();
    FeatureKind kind = options.feature().kind();
    RunConfig config = model.config();
    Baseline baseline = EvaluatedModel.baseline(config);
    LabelledImages images = LabelledImages.open(config, null);
    System.out.printf(
        Locale.ROOT,
        "linear classifier on cached features (%d epochs, learning rate %.2g) of %d training"
            + " images, %d validation images, %d classes%n",
        head.epochs(),
        head.learningRate(),
        images.train().size(),
        images.validation().size(),
        images.classes().size());
    Scores scores;
    try (FrozenEncoder encoder =
        FrozenEncoder.of(baseline, config, model.tensors(config, options.weights()))) {
      scores = classify(images, config, encoder, kind, head);
    }
    System.out.printf(
        Locale.ROOT,
        "  %s, %s: top-1 %.2f %%, top-5 %.2f %%%n",
        model.name(),
        kind.describe(),
        100 * scores.top1(),
        100 * scores.top5());
    List<Scores> twins = new ArrayList<>();
    for (int seed = 1; seed <= UNTRAINED; seed++) {
      try (FrozenEncoder encoder = FrozenEncoder.untrained(baseline, config, seed)) {
        twins.add(classify(images, config, encoder, kind, head));
      }
    }
    System.out.println(
        "  untrained encoders: top-1 "
            + SeedSummary.of(twins.stream().mapToDouble(Scores::top1).toArray()).percent());
    if (json != null) {
      write(json, scores, twins, kind, head);
    }
  }

  private static Scores classify(
      LabelledImages images,
      RunConfig config,
      FrozenEncoder encoder,
      FeatureKind kind,
      LinearHeadOptions head) {
    int batch = config.training().batch();
    try (FeatureTable train =
            FeatureTable.of(images, images.train(), batch, i -> encoder.features(i, kind));
        FeatureTable validation =
            FeatureTable.of(images, images.validation(), batch, i -> encoder.features(i, kind))) {
      NormalizerStandardize moments = train.moments();
      LinearHead trained =
          LinearHead.train(
              train.standardised(moments).rows(0, train.size()),
              train.labels(),
              images.classes().size(),
              head);
      Scores.Counter counter = new Scores.Counter(images.classes());
      try (INDArray probabilities =
          trained.probabilities(validation.standardised(moments).rows(0, validation.size()))) {
        counter.add(validation.labels(), probabilities);
      }
      return counter.scores();
    }
  }

  private void write(
      Path json, Scores scores, List<Scores> twins, FeatureKind kind, LinearHeadOptions head)
      throws IOException {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("task", "linear-cached");
    figures.put("model", model.name());
    figures.put("feature", kind.describe());
    figures.put("epochs", head.epochs());
    figures.put("learning_rate", head.learningRate());
    figures.put("l2", head.l2());
    figures.put("seed", head.seed());
    figures.put("images", scores.images());
    figures.put("top1", scores.top1());
    figures.put("top5", scores.top5());
    figures.put("untrained_top1", twins.stream().map(Scores::top1).toList());
    figures.put("confusion", scores.confusion());
    AtomicFiles.writeString(
        json,
        new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(figures) + "\n");
  }
}
