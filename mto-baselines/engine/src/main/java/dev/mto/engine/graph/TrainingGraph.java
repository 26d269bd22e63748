package dev.mto.engine.graph;

import dev.mto.engine.Baseline;
import dev.mto.engine.Model;
import dev.mto.engine.TokenGroup;
import dev.mto.engine.config.MtoConfig;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.config.TrainingConfig;
import dev.mto.engine.optimizer.AdamW;
import dev.mto.engine.optimizer.ParameterGroup;
import dev.mto.executor.memory.AvailableMemory;
import dev.mto.executor.state.LiveState;
import dev.mto.losses.Heterogeneity;
import dev.mto.losses.MaskedTokenOptimization;
import dev.mto.losses.MtoOptions;
import dev.mto.losses.MtoTerms;
import dev.mto.losses.MtoVariables;
import dev.mto.losses.MtoWeights;
import dev.mto.losses.TokenNorms;
import dev.mto.models.Parameters;
import dev.mto.models.VitConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The graph of a run: a baseline's model, MTO on each of its token groups, and their weighted sum
 * as the loss.
 */
public final class TrainingGraph {
  /**
   * MTO on one token group.
   *
   * @param terms null while MTO is off and only H is measured
   * @param temperature a learned one, a scalar; null for none
   */
  public record Group(
      String name,
      String module,
      List<SDVariable> layers,
      MtoTerms terms,
      List<SDVariable> heterogeneity,
      TokenNorms norms,
      SDVariable temperature) {
    /** The tokens that are layer 0 of MTO. */
    public SDVariable initial() {
      return layers.get(0);
    }

    /** Name of a layer for people: the initial embedding, then blocks from 1. */
    public String layerName(int layer) {
      return module + (layer == 0 ? " embedding" : " block " + layer);
    }
  }

  /** Begins the names of tensors that are MTO's own, and of no official model. */
  public static final String OWN = "mto.";

  private final SameDiff graph;
  private final LiveState state = new LiveState();
  private final Model model;
  private final Parameters parameters;
  private final Map<String, INDArray> temperatures = new LinkedHashMap<>();
  private final List<Group> groups = new ArrayList<>();
  private final LiveWeights weights; // null where they stay as they are
  private final LossTerms terms; // null where they are not measured
  private final SDVariable total;
  private final List<String> moved;
  private final boolean penalisesNorms;

  private TrainingGraph(Baseline baseline, RunConfig config, Parameters parameters) {
    this.graph = parameters.graph();
    this.parameters = parameters;
    this.model = baseline.build(config, parameters);
    MtoConfig mto = config.mto();
    requireDecoders(mto);
    this.weights =
        mto.enabled() && mto.weightsChange()
            ? new LiveWeights(graph, parameters.type(), state)
            : null;
    SDVariable sum = model.outputs().loss();
    for (TokenGroup tokens : model.outputs().tokenGroups()) {
      Group group = attach(mto, tokens);
      groups.add(group);
      if (group.terms() != null) {
        sum = sum.add(group.terms().weighted());
      }
    }
    this.total = sum;
    boolean measured = mto.gradientShare() > 0 || config.log().mtoGradientsEvery() > 0;
    this.terms = mto.enabled() && measured ? terms(mto) : null;
    this.moved = new MtoReach(baseline, config, model).of(parameters);
    this.penalisesNorms = mto.enabled() && mto.normPenalty() > 0;
  }

  /**
   * The graph of a configured run, with first values.
   *
   * @throws dev.mto.executor.memory.NotEnoughMemoryException when not even the weights would fit
   * @throws IllegalArgumentException when what is configured is not possible
   */
  public static TrainingGraph build(Baseline baseline, RunConfig config, DataType type) {
    VitConfig vit = config.vit();
    AvailableMemory.ofThisMachine()
        .require(
            "holding the encoder's weights",
            12L * vit.depth() * vit.dim() * vit.dim() * type.width());
    return new TrainingGraph(baseline, config, SeededParameters.of(type, config.training().seed()));
  }

  private void requireDecoders(MtoConfig config) {
    List<String> known = model.outputs().tokenGroups().stream().map(TokenGroup::name).toList();
    for (String name : config.decoderWeights().keySet()) {
      if (name.isEmpty() || !known.contains(name)) {
        throw new IllegalArgumentException(
            "mto.decoder_weights: there is no decoder '%s'; %s"
                .formatted(
                    name,
                    known.size() == 1
                        ? "this method has one place for MTO, leave the key out"
                        : "this method has " + String.join(", ", known)));
      }
    }
  }

  private Group attach(MtoConfig config, TokenGroup tokens) {
    List<SDVariable> layers = new ArrayList<>(tokens.layers());
    if (config.initial() == MtoConfig.Initial.BEFORE_POSITION) {
      layers.set(0, tokens.beforePosition());
    }
    SDVariable mask = model.outputs().mask();
    String scope = tokens.name().isEmpty() ? "mto" : "mto_" + tokens.name();
    TokenNorms norms = TokenNorms.add(graph, scope, layers, mask);
    if (!config.enabled()) {
      Heterogeneity h = Heterogeneity.add(graph, scope, layers, mask, config.options());
      return new Group(tokens.name(), tokens.module(), layers, null, h.mean(), norms, null);
    }
    config.requireLayers(layers.size());
    SDVariable temperature = config.learnsTemperature() ? temperature(tokens.name()) : null;
    MtoVariables variables = MtoVariables.none().withTemperature(temperature);
    MtoTerms added =
        MaskedTokenOptimization.add(
            graph,
            scope,
            layers,
            mask,
            options(config, tokens.name()),
            weights == null ? variables : weights.factorsOf(variables));
    return new Group(
        tokens.name(), tokens.module(), layers, added, added.heterogeneity(), norms, temperature);
  }

  /** What MTO takes for one decoder: weights that change are left to {@link LiveWeights}. */
  private MtoOptions options(MtoConfig config, String group) {
    double factor = factor(config, group);
    MtoWeights full = weights == null ? config.lossWeights() : new MtoWeights(1, 1, 1);
    return config
        .options()
        .withWeights(new MtoWeights(factor * full.spa(), factor * full.e(), factor * full.r()))
        .withNormPenalty(factor * config.normPenalty(), config.normReference());
  }

  private static double factor(MtoConfig config, String group) {
    return config.decoderWeights().getOrDefault(group, 1.0);
  }

  /** The exponential of a parameter that starts at 0, so that it stays above 0. */
  private SDVariable temperature(String group) {
    String name = OWN + "log_temperature" + (group.isEmpty() ? "" : "." + group);
    SDVariable log = graph.var(name, Nd4j.zeros(parameters.type(), 1));
    temperatures.put(name, log.getArr());
    return graph.math().exp(log);
  }

  private LossTerms terms(MtoConfig config) {
    List<SDVariable> sums = new ArrayList<>();
    sums.add(model.outputs().loss());
    sums.add(sum(config, MtoTerms::spa));
    sums.add(sum(config, MtoTerms::e));
    sums.add(sum(config, MtoTerms::r));
    return new LossTerms(graph, parameters.type(), sums, state);
  }

  private SDVariable sum(MtoConfig config, Function<MtoTerms, SDVariable> term) {
    SDVariable sum = null;
    for (Group group : groups) {
      SDVariable part = term.apply(group.terms()).mul(factor(config, group.name()));
      sum = sum == null ? part : sum.add(part);
    }
    return sum;
  }

  public SameDiff graph() {
    return graph;
  }

  /**
   * Has the graph's variables, a teacher and the optimizer's moments; for sessions on the graph.
   */
  public LiveState state() {
    return state;
  }

  public Model model() {
    return model;
  }

  public List<Group> groups() {
    return groups;
  }

  /** The total loss, a scalar. */
  public SDVariable total() {
    return total;
  }

  /** The weights of MTO's losses where they change over training; null where they stay. */
  public LiveWeights weights() {
    return weights;
  }

  /** Whether the penalty on long tokens is part of the loss. */
  public boolean penalisesNorms() {
    return penalisesNorms;
  }

  /** Each loss by itself, where that is measured; else null. */
  public LossTerms terms() {
    return terms;
  }

  /** The live arrays of the model's trainable parameters, on the host. */
  public Map<String, INDArray> parameters() {
    state.forHost();
    return parameters.arrays();
  }

  /** The live arrays of all that is trained, on the host: the model's parameters, and MTO's own. */
  public Map<String, INDArray> trained() {
    state.forHost();
    Map<String, INDArray> trained = parameters.arrays();
    trained.putAll(temperatures);
    return trained;
  }

  /** Names of the model's parameters that MTO may move; of all where it is off. */
  public List<String> movedByMto() {
    return moved;
  }

  /** Names of those that follow the self-supervised loss alone; none where MTO moves all. */
  public List<String> notMovedByMto() {
    return parameters.names().stream().filter(name -> !moved.contains(name)).toList();
  }

  /** Names of all that the total loss moves. */
  public List<String> movedByTotal() {
    List<String> names = new ArrayList<>(moved);
    names.addAll(temperatures.keySet());
    return names;
  }

  /** The optimizer of all that is trained. */
  public AdamW optimizer(TrainingConfig config) {
    Map<String, INDArray> arrays = trained();
    return new AdamW(
        arrays,
        name -> ParameterGroup.of(model.decayed(name, arrays.get(name).rank())),
        config.betas().get(0),
        config.betas().get(1),
        config.adamEpsilon(),
        config.weightDecay(),
        state);
  }

  /** Fixed tensors of the official checkpoint, e.g. position tables. */
  public Map<String, INDArray> tables() {
    return parameters.tables();
  }

  /**
   * All tensors of the model under their official names: parameters, the method's state, fixed
   * tables; on the host.
   */
  public Map<String, INDArray> tensors() {
    state.forHost();
    Map<String, INDArray> tensors = new LinkedHashMap<>(parameters.tables());
    tensors.putAll(parameters.arrays());
    tensors.putAll(model.state());
    return tensors;
  }
}
