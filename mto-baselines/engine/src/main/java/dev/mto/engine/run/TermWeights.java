package dev.mto.engine.run;

import dev.mto.engine.TrainingPosition;
import dev.mto.engine.config.MtoConfig;
import dev.mto.engine.graph.LossTerms;
import dev.mto.engine.graph.TrainingGraph;
import dev.mto.losses.MtoWeights;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The weights of MTO's losses in each step: those of the configuration, or those by which each
 * gradient is a share of the self-supervised loss's, measured over the first steps; times the
 * schedule.
 */
final class TermWeights {
  private final MtoConfig config;
  private final TrainingGraph graph;

  /** Sums of the gradients' norms, in the order of {@link LossTerms#NAMES}; null for none. */
  private final INDArray norms;

  private MtoWeights weights;

  TermWeights(MtoConfig config, TrainingGraph graph) {
    this.config = config;
    this.graph = graph;
    this.weights = config.lossWeights();
    this.norms =
        config.enabled() && config.gradientShare() > 0
            ? Nd4j.zeros(DataType.DOUBLE, LossTerms.NAMES.size())
            : null;
  }

  /** Whether the gradients of a step are measured for weights. */
  boolean measuresShares(TrainingPosition at) {
    return norms != null && at.step() < config.gradientShareSteps();
  }

  /** Takes the norms of a step that is measured, in the order of {@link LossTerms#NAMES}. */
  void add(double[] measured) {
    norms.addi(Nd4j.createFromArray(measured));
  }

  /** Sets the weights of the next runs. */
  void set(TrainingPosition at) {
    if (graph.weights() == null) {
      return;
    }
    MtoWeights full =
        norms == null
            ? config.lossWeights()
            : measuresShares(at) ? new MtoWeights(0, 0, 0) : ofShares();
    weights = config.schedule().at((double) at.step() / at.steps(), full);
    graph.weights().set(weights);
  }

  private MtoWeights ofShares() {
    MtoWeights wanted = config.lossWeights();
    return new MtoWeights(ofShare(wanted.spa(), 1), ofShare(wanted.e(), 2), ofShare(wanted.r(), 3));
  }

  /** 0 for a loss that is not wanted, or that had no gradient. */
  private double ofShare(double wanted, int term) {
    double own = norms.getDouble(term);
    return wanted == 0 || own == 0 ? 0 : config.gradientShare() * norms.getDouble(0) / own;
  }

  /** The weights that were set last. */
  MtoWeights weights() {
    return weights;
  }

  /** The weights that were set last, before the factors of decoders; by name of the metric. */
  Map<String, Double> row() {
    Map<String, Double> row = new LinkedHashMap<>();
    if (config.enabled()) {
      row.put("mto_weight.spa", weights.spa());
      row.put("mto_weight.e", weights.e());
      row.put("mto_weight.r", weights.r());
    }
    return row;
  }

  /** What a checkpoint must hold. */
  Map<String, INDArray> state() {
    return norms == null ? Map.of() : Map.of(TrainingGraph.OWN + "gradient_norms", norms);
  }
}
