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
import dev.mto.losses.Heterogeneity;
import dev.mto.losses.MaskedTokenOptimization;
import dev.mto.losses.MtoTerms;
import dev.mto.models.Parameters;
import dev.mto.models.VitConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The graph of a run: a baseline's model, MTO on each of its token groups, and their weighted sum
 * as the loss.
 */
public final class TrainingGraph {
  /** MTO on one token group; {@code terms} is null while MTO is off and only H is measured. */
  public record Group(
      String name,
      String module,
      List<SDVariable> layers,
      MtoTerms terms,
      List<SDVariable> heterogeneity) {
    /** The tokens that are layer 0 of MTO. */
    public SDVariable initial() {
      return layers.get(0);
    }

    /** Name of a layer for people: the initial embedding, then blocks from 1. */
    public String layerName(int layer) {
      return module + (layer == 0 ? " embedding" : " block " + layer);
    }
  }

  private final SameDiff graph;
  private final Model model;
  private final List<Group> groups;
  private final SDVariable total;
  private final Parameters parameters;

  private TrainingGraph(
      SameDiff graph, Model model, List<Group> groups, SDVariable total, Parameters parameters) {
    this.graph = graph;
    this.model = model;
    this.groups = List.copyOf(groups);
    this.total = total;
    this.parameters = parameters;
  }

  /**
   * The graph of a configured run, with first values.
   *
   * @throws dev.mto.executor.memory.NotEnoughMemoryException when not even the weights would fit
   */
  public static TrainingGraph build(Baseline baseline, RunConfig config, DataType type) {
    VitConfig vit = config.vit();
    AvailableMemory.ofThisMachine()
        .require(
            "holding the encoder's weights",
            12L * vit.depth() * vit.dim() * vit.dim() * type.width());
    Parameters parameters = SeededParameters.of(type, config.training().seed());
    SameDiff graph = parameters.graph();
    Model model = baseline.build(config, parameters);
    List<Group> groups = new ArrayList<>();
    SDVariable total = model.outputs().loss();
    for (TokenGroup tokens : model.outputs().tokenGroups()) {
      Group group = attach(graph, config.mto(), model.outputs().mask(), tokens);
      groups.add(group);
      if (group.terms() != null) {
        total = total.add(group.terms().weighted());
      }
    }
    return new TrainingGraph(graph, model, groups, total, parameters);
  }

  private static Group attach(
      SameDiff graph, MtoConfig config, SDVariable mask, TokenGroup tokens) {
    List<SDVariable> layers = new ArrayList<>(tokens.layers());
    if (config.initial() == MtoConfig.Initial.BEFORE_POSITION) {
      layers.set(0, tokens.beforePosition());
    }
    String scope = tokens.name().isEmpty() ? "mto" : "mto_" + tokens.name();
    if (config.enabled()) {
      MtoTerms terms = MaskedTokenOptimization.add(graph, scope, layers, mask, config.options());
      return new Group(tokens.name(), tokens.module(), layers, terms, terms.heterogeneity());
    }
    return new Group(
        tokens.name(),
        tokens.module(),
        layers,
        null,
        Heterogeneity.add(graph, scope, layers, mask, config.options()).mean());
  }

  public SameDiff graph() {
    return graph;
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

  public List<String> parameterNames() {
    return parameters.names();
  }

  /** The live arrays of all trainable parameters. */
  public Map<String, INDArray> parameters() {
    return parameters.arrays();
  }

  /** The optimizer of all trainable parameters. */
  public AdamW optimizer(TrainingConfig config) {
    Map<String, INDArray> arrays = parameters();
    return new AdamW(
        arrays,
        name -> ParameterGroup.of(model.decayed(name, arrays.get(name).rank())),
        config.betas().get(0),
        config.betas().get(1),
        config.adamEpsilon(),
        config.weightDecay());
  }

  /** Fixed tensors of the official checkpoint, e.g. position tables. */
  public Map<String, INDArray> tables() {
    return parameters.tables();
  }

  /**
   * All tensors of the model under their official names: parameters, the method's state, fixed
   * tables.
   */
  public Map<String, INDArray> tensors() {
    Map<String, INDArray> tensors = new LinkedHashMap<>(parameters.tables());
    tensors.putAll(parameters.arrays());
    tensors.putAll(model.state());
    return tensors;
  }
}
