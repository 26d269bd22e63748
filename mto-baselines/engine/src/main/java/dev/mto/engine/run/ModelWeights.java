package dev.mto.engine.run;

import dev.mto.engine.Baseline;
import dev.mto.engine.UserException;
import dev.mto.engine.config.RunConfig;
import dev.mto.models.VitConfig;
import dev.mto.models.weights.PatchGrid;
import dev.mto.models.weights.PositionResize;
import dev.mto.models.weights.WeightFile;
import dev.mto.models.weights.WeightMatch;
import dev.mto.models.weights.WeightNames;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The tensors of a configured model, under official names, and their exchange with files. */
public final class ModelWeights {
  private static final String RELATIVE_TABLE = "relative_position_bias_table";
  private static final String RELATIVE_INDEX = "relative_position_index";
  private static final String OPTIMIZER = "optimizer.";

  private final RunConfig config;
  private final TrainingGraph graph;

  /**
   * A model with its first values; no images are read.
   *
   * @throws UserException when the configured model is not possible
   */
  public ModelWeights(Baseline baseline, RunConfig config) {
    this.config = config;
    try {
      this.graph = TrainingGraph.build(baseline, config, DataType.FLOAT);
    } catch (IllegalArgumentException e) {
      throw new UserException(e.getMessage(), e);
    }
  }

  ModelWeights(TrainingGraph graph, RunConfig config) {
    this.graph = graph;
    this.config = config;
  }

  /**
   * The live tensors of the model: parameters, buffers and fixed tables as the official checkpoint
   * has them; a teacher's begin with {@code teacher.}.
   */
  public Map<String, INDArray> tensors() {
    return graph.tensors();
  }

  /**
   * Takes over the tensors of a file.
   *
   * @param file safetensors, .npz or a PyTorch checkpoint, under official, timm's or Hugging Face's
   *     names
   * @return what was matched and what the file holds besides
   * @throws UserException when a parameter is missing or of another shape; nothing is changed then
   */
  public WeightMatch load(Path file) {
    return load(file, WeightFile.read(file));
  }

  /** As {@link #load(Path)}, with tensors that were read already. */
  public WeightMatch load(Path file, Map<String, INDArray> read) {
    Map<String, INDArray> given = fitted(WeightNames.toOfficial(read));
    given.keySet().removeIf(name -> name.startsWith(OPTIMIZER));
    WeightMatch match = WeightMatch.of(given, shapes(given.keySet()));
    refuseIncomplete(file, match);
    Map<String, INDArray> live = graph.tensors();
    Set<String> fixed = graph.tables().keySet();
    match.matched().stream()
        .filter(name -> !fixed.contains(name))
        .forEach(name -> live.get(name).assign(given.get(name).castTo(live.get(name).dataType())));
    graph.method().initialised(Set.copyOf(match.matched()));
    return match;
  }

  /** What must be in the file, and what may be: buffers, a teacher and fixed tables. */
  private Map<String, long[]> shapes(Set<String> inFile) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    graph
        .tensors()
        .forEach(
            (name, array) -> {
              if (graph.parameters().containsKey(name) || inFile.contains(name)) {
                shapes.put(name, array.shape());
              }
            });
    return shapes;
  }

  /** Relative position tables of another grid are resized; fixed tables are our own anyway. */
  private Map<String, INDArray> fitted(Map<String, INDArray> official) {
    VitConfig vit = config.model().vit(config.data().channels());
    PatchGrid grid = new PatchGrid(vit.gridHeight(), vit.gridWidth());
    Map<String, INDArray> live = graph.tensors();
    Map<String, INDArray> fitted = new LinkedHashMap<>();
    official.forEach(
        (name, value) -> {
          INDArray own = live.get(name);
          boolean otherSize = own != null && own.size(0) != value.size(0);
          if (name.endsWith(RELATIVE_TABLE) && otherSize) {
            fitted.put(name, PositionResize.relative(value, gridOf(value), grid));
          } else if (graph.tables().containsKey(name) || name.endsWith(RELATIVE_INDEX)) {
            fitted.put(name, own == null ? value : own);
          } else {
            fitted.put(name, value);
          }
        });
    return fitted;
  }

  private static PatchGrid gridOf(INDArray table) {
    // (2w-1)^2 + 3 rows
    long side = (long) Math.sqrt(table.size(0) - 3.0);
    return PatchGrid.square((side + 1) / 2 * ((side + 1) / 2));
  }

  private static void refuseIncomplete(Path file, WeightMatch match) {
    if (!match.otherShape().isEmpty()) {
      WeightMatch.OtherShape first = match.otherShape().get(0);
      throw new UserException(
          "%s: %s has shape %s, the model needs %s; choose the configuration of the model that the file holds%s"
              .formatted(
                  file,
                  first.name(),
                  first.inFile(),
                  first.inModel(),
                  more(match.otherShape().size())));
    }
    if (match.missing().isEmpty()) {
      return;
    }
    List<String> missing = new ArrayList<>(match.missing());
    boolean encoderOnly = missing.stream().noneMatch(ModelWeights::ofEncoder);
    if (encoderOnly && !match.matched().isEmpty()) {
      throw new UserException(
          "%s: holds the encoder alone, without %s%s; pre-training and its analysis need the whole model: give the training checkpoint of the official code (for MAE also mae_visualize_*.pth), not the encoder released for fine-tuning"
              .formatted(file, missing.get(0), more(missing.size())));
    }
    throw new UserException(
        "%s: has no %s%s; give a file of this method and model, as `weights inspect` shows it"
            .formatted(file, missing.get(0), more(missing.size())));
  }

  private static boolean ofEncoder(String name) {
    String plain = name.startsWith("encoder.") ? name.substring("encoder.".length()) : name;
    return plain.startsWith("blocks.") || plain.startsWith("patch_embed.");
  }

  private static String more(int count) {
    return count == 1 ? "" : " and " + (count - 1) + " more";
  }
}
