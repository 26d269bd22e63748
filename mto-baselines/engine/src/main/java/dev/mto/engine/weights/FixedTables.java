package dev.mto.engine.weights;

import dev.mto.engine.errors.UserException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The fixed tensors of a checkpoint, e.g. position tables. The graph has its own; those of a file
 * are kept for export, as another library's sine may differ in the last bit.
 */
final class FixedTables {
  /** Leaves room for files in half precision. */
  private static final double ROUNDING = 1e-2;

  private final Map<String, INDArray> tables;

  FixedTables(Map<String, INDArray> own) {
    this.tables = new LinkedHashMap<>(own);
  }

  boolean has(String name) {
    return tables.containsKey(name);
  }

  Map<String, INDArray> all() {
    return new LinkedHashMap<>(tables);
  }

  /**
   * The table to use for that of a file: its own values in our type, or ours where it is of another
   * grid.
   *
   * @throws UserException when the file's has other values, which the graph would not use
   */
  INDArray fit(Path file, String name, INDArray value) {
    INDArray own = tables.get(name);
    if (!Arrays.equals(own.shape(), value.shape())) {
      return own;
    }
    if (!equalButForRounding(own, value)) {
      throw new UserException(
          "%s: %s is not the fixed table of this method; give weights of a model that has it"
              .formatted(file, name));
    }
    return value.castTo(own.dataType());
  }

  /** In Java: ND4J's reductions pass over NaN. */
  private static boolean equalButForRounding(INDArray own, INDArray value) {
    float[] expected = values(own);
    float[] given = values(value);
    for (int i = 0; i < given.length; i++) {
      if (!(Math.abs(given[i] - expected[i]) <= ROUNDING)) {
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
