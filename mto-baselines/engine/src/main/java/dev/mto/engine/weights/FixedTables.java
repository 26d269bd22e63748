package dev.mto.engine.weights;

import dev.mto.engine.errors.UserException;
import dev.mto.models.SinCosPositions;
import dev.mto.models.VitConfig;
import dev.mto.models.weights.PatchGrid;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The fixed tensors of a checkpoint, e.g. position tables. The graph has its own; those of a file
 * are kept for export, as another library's sine may differ in the last bit.
 */
final class FixedTables {
  private static final double ROUNDING = 1e-5;
  private static final double ROUNDING_OF_FLOAT16 = 1e-3;
  private static final double ROUNDING_OF_BFLOAT16 = 1e-2;

  /** Rows that each pair of tokens reads from a table of relative positions. */
  private static final String INDEX = "relative_position_index";

  private final Map<String, INDArray> tables;
  private final PatchGrid grid;

  /**
   * The tables of a model.
   *
   * @param own by official name
   */
  FixedTables(Map<String, INDArray> own, VitConfig vit) {
    this.tables = new LinkedHashMap<>(own);
    this.grid = new PatchGrid(vit.gridHeight(), vit.gridWidth());
  }

  boolean has(String name) {
    return tables.containsKey(name);
  }

  Map<String, INDArray> all() {
    return new LinkedHashMap<>(tables);
  }

  /**
   * The table to use for that of a file: its own values in our type, or ours where it is the same
   * table for another grid.
   *
   * @throws UserException when the file's is another, which the graph would not use
   */
  INDArray fit(Path file, String name, INDArray value) {
    INDArray own = tables.get(name);
    if (!Arrays.equals(own.shape(), value.shape())) {
      return ofAnotherGrid(file, name, value);
    }
    if (!equalButForRounding(own, value)) {
      throw new UserException(
          "%s: %s is not the fixed table of this model, which can use no other; give weights of a model that has it"
              .formatted(file, name));
    }
    return value.castTo(own.dataType());
  }

  /**
   * Our table, for a file's of another shape.
   *
   * @throws UserException unless the file's is what ours would be for another, square grid
   */
  private INDArray ofAnotherGrid(Path file, String name, INDArray value) {
    INDArray own = tables.get(name);
    if (!name.endsWith(INDEX) && !bothSineAndCosine(own, value)) {
      throw new UserException(
          "%s: %s has shape %s, the model's has %s, and it is a learned table, not a fixed one that fits every grid; choose the configuration of the model that the file holds"
              .formatted(file, name, Arrays.toString(value.shape()), Arrays.toString(own.shape())));
    }
    return own;
  }

  private boolean bothSineAndCosine(INDArray own, INDArray value) {
    if (value.rank() != 3 || value.size(1) < 2 || value.size(2) % 4 != 0) {
      return false;
    }
    long patches = value.size(1) - 1;
    int side = (int) Math.round(Math.sqrt((double) patches));
    if ((long) side * side != patches) {
      return false;
    }
    int dim = (int) value.size(2);
    PatchGrid other = new PatchGrid(side, side);
    return Stream.<Layout>of(SinCosPositions::columnFirst, SinCosPositions::rowFirst)
        .anyMatch(
            layout ->
                is(layout, grid, (int) own.size(own.rank() - 1), own)
                    && is(layout, other, dim, value));
  }

  private interface Layout {
    INDArray table(int gridHeight, int gridWidth, int dim);
  }

  private static boolean is(Layout layout, PatchGrid grid, int dim, INDArray value) {
    INDArray table = layout.table(grid.height(), grid.width(), dim);
    return Arrays.equals(table.shape(), value.shape()) && equalButForRounding(table, value);
  }

  /** In Java: ND4J's reductions pass over NaN. */
  private static boolean equalButForRounding(INDArray own, INDArray value) {
    double rounding =
        switch (value.dataType()) {
          case HALF -> ROUNDING_OF_FLOAT16;
          case BFLOAT16 -> ROUNDING_OF_BFLOAT16;
          default -> ROUNDING;
        };
    float[] expected = values(own);
    float[] given = values(value);
    for (int i = 0; i < given.length; i++) {
      if (!(Math.abs(given[i] - expected[i]) <= rounding)) {
        return false;
      }
    }
    return true;
  }

  private static float[] values(INDArray array) {
    return array.castTo(DataType.FLOAT).ravel().toFloatVector();
  }

  void take(String name, INDArray fitted) {
    tables.put(name, fitted);
  }
}
