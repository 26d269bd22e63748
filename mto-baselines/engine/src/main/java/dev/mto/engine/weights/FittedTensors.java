package dev.mto.engine.weights;

import dev.mto.engine.errors.UserException;
import dev.mto.engine.graph.TrainingGraph;
import dev.mto.models.VitConfig;
import dev.mto.models.weights.NamedTensors;
import dev.mto.models.weights.PatchGrid;
import dev.mto.models.weights.PositionResize;
import dev.mto.models.weights.WeightMatch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The tensors of a file, fitted to those of a model: relative position tables of another grid are
 * resized, fixed tables replaced by the model's where they are of another grid.
 */
final class FittedTensors {
  private static final String RELATIVE_TABLE = "relative_position_bias_table";
  private static final String OPTIMIZER = "optimizer.";

  private final Path file;
  private final Map<String, INDArray> live;
  private final FixedTables tables;
  private final VitConfig vit;
  private final NamedTensors tensors;
  private final List<UserException> misfits = new ArrayList<>();

  /**
   * Fits. A table that cannot be fitted stays as it is, and is refused by {@link #require}.
   *
   * @param live the model's tensors by name, fixed tables among them
   */
  FittedTensors(
      Path file,
      NamedTensors named,
      Map<String, INDArray> live,
      FixedTables tables,
      VitConfig vit) {
    this.file = file;
    this.live = live;
    this.tables = tables;
    this.vit = vit;
    Map<String, INDArray> fitted = new LinkedHashMap<>();
    named
        .tensors()
        .forEach(
            (name, value) -> {
              if (!name.startsWith(OPTIMIZER)
                  && !name.startsWith(TrainingGraph.OWN)
                  && !isTableOfTeacher(name)) {
                fitted.put(name, fittedOrAsItIs(name, value));
              }
            });
    this.tensors = new NamedTensors(fitted, notes(named));
  }

  private INDArray fittedOrAsItIs(String name, INDArray value) {
    try {
      return fitted(name, value);
    } catch (UserException e) {
      misfits.add(e);
      return value;
    }
  }

  private List<String> notes(NamedTensors named) {
    List<String> notes = new ArrayList<>(named.notes());
    misfits.forEach(misfit -> notes.add(misfit.getMessage()));
    long state = named.tensors().keySet().stream().filter(n -> n.startsWith(OPTIMIZER)).count();
    if (state > 0) {
      notes.add("the optimizer's state (" + state + " tensors) is not used");
    }
    return notes;
  }

  private boolean isTableOfTeacher(String name) {
    return name.startsWith(WeightSource.TEACHER)
        && tables.has(name.substring(WeightSource.TEACHER.length()));
  }

  private INDArray fitted(String name, INDArray value) {
    INDArray own = live.get(name);
    if (own == null) {
      return value;
    }
    if (tables.has(name)) {
      return tables.fit(file, name, value);
    }
    boolean table = name.endsWith(RELATIVE_TABLE) && value.rank() == 2;
    return table && own.size(0) != value.size(0) ? resized(name, value) : value;
  }

  private INDArray resized(String name, INDArray table) {
    try {
      return PositionResize.relative(
          table, gridOf(table), new PatchGrid(vit.gridHeight(), vit.gridWidth()));
    } catch (IllegalArgumentException e) {
      throw new UserException(file + ": " + name + ": " + e.getMessage(), e);
    }
  }

  private static PatchGrid gridOf(INDArray table) {
    // (2w-1)^2 + 3 rows
    long side = (long) Math.sqrt(Math.max(1.0, table.size(0) - 3.0));
    return PatchGrid.square((side + 1) / 2 * ((side + 1) / 2));
  }

  /** Their names. */
  Set<String> names() {
    return tensors.tensors().keySet();
  }

  /** One of them. */
  INDArray get(String name) {
    return tensors.tensors().get(name);
  }

  /** Compares them with the shapes that a model expects. */
  WeightMatch match(Map<String, long[]> shapes) {
    return WeightMatch.of(tensors, shapes);
  }

  /**
   * Compares them, and refuses what the model cannot be filled with or would leave out of its
   * function.
   *
   * @param needed names that must not be missing
   * @throws UserException with the name of the tensor
   */
  WeightMatch require(Map<String, long[]> shapes, Set<String> needed) {
    if (!misfits.isEmpty()) {
      throw misfits.get(0);
    }
    WeightMatch match = match(shapes);
    WholeModel.require(file, match, needed);
    UnusedTensors.refuse(file, match.unexpected(), live.keySet());
    match.matched().forEach(this::requireFinite);
    return match;
  }

  private void requireFinite(String name) {
    INDArray value = get(name);
    if (value.isR() && !isFinite(value)) {
      throw new UserException(
          "%s: tensor %s has values that are not finite; give the weights of a run that did not diverge"
              .formatted(file, name));
    }
  }

  /** By a sum in float32 at least: that of float16 values has their type, and ends at 65,504. */
  private static boolean isFinite(INDArray value) {
    if (value.dataType().width() >= Float.BYTES) {
      return Double.isFinite(value.norm1Number().doubleValue());
    }
    try (INDArray wide = value.castTo(DataType.FLOAT)) {
      return Double.isFinite(wide.norm1Number().doubleValue());
    }
  }
}
