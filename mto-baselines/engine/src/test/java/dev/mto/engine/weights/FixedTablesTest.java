package dev.mto.engine.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.engine.errors.UserException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class FixedTablesTest {
  private static final Path FILE = Path.of("weights.pth");

  private final INDArray own = Nd4j.createFromArray(0f, 0.5403023f, 1f);
  private final FixedTables tables = new FixedTables(Map.of("pos_embed", own));

  @Test
  void keepsTheLastBitsOfTheFile() {
    INDArray given = Nd4j.createFromArray(0f, 0.54030234f, 1f);

    assertThat(tables.fit(FILE, "pos_embed", given).toFloatVector())
        .containsExactly(0f, 0.54030234f, 1f);
  }

  @Test
  void acceptsHalfPrecisionAsOurType() {
    INDArray fitted = tables.fit(FILE, "pos_embed", own.castTo(DataType.FLOAT16));

    assertThat(fitted.dataType()).isEqualTo(DataType.FLOAT);
  }

  @Test
  void usesItsOwnForAnotherGrid() {
    assertThat(tables.fit(FILE, "pos_embed", Nd4j.zeros(DataType.FLOAT, 5))).isSameAs(own);
  }

  @Test
  void refusesLearntPositions() {
    INDArray learnt = Nd4j.createFromArray(0f, 0.7f, 1f);

    assertThatThrownBy(() -> tables.fit(FILE, "pos_embed", learnt))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("weights.pth: pos_embed is not the fixed table");
  }

  @Test
  void refusesValuesThatAreNotNumbers() {
    INDArray damaged = Nd4j.createFromArray(0f, Float.NaN, 1f);

    assertThatThrownBy(() -> tables.fit(FILE, "pos_embed", damaged))
        .isInstanceOf(UserException.class);
  }
}
