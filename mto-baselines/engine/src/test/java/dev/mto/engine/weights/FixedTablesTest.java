package dev.mto.engine.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.engine.errors.UserException;
import dev.mto.models.SinCosPositions;
import dev.mto.models.VitConfig;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class FixedTablesTest {
  private static final Path FILE = Path.of("weights.pth");
  private static final String NAME = "pos_embed";

  /** Two rows and three columns of patches. */
  private static final VitConfig VIT =
      new VitConfig(3, 16, 24, 8, 8, 1, 1, 4, 0, 0, VitConfig.OFFICIAL_INIT_STD);

  private final INDArray own = SinCosPositions.columnFirst(2, 3, 8);
  private final FixedTables tables = new FixedTables(Map.of(NAME, own), VIT);

  @Test
  void keepsTheLastBitsOfTheFile() {
    INDArray given = own.dup();
    float other = Math.nextUp(given.getFloat(0, 3, 1));
    given.putScalar(0, 3, 1, other);

    assertThat(tables.fit(FILE, NAME, given).getFloat(0, 3, 1)).isEqualTo(other);
  }

  @Test
  void acceptsHalfPrecisionAsOurType() {
    for (DataType type : new DataType[] {DataType.FLOAT16, DataType.BFLOAT16}) {
      assertThat(tables.fit(FILE, NAME, own.castTo(type)).dataType()).isEqualTo(DataType.FLOAT);
    }
  }

  @Test
  void usesItsOwnForTheSameTableOfAnotherGrid() {
    INDArray square = SinCosPositions.columnFirst(4, 4, 8);

    assertThat(tables.fit(FILE, NAME, square)).isSameAs(own);
  }

  @Test
  void refusesALearnedTableOfAnotherGrid() {
    assertThatThrownBy(() -> tables.fit(FILE, NAME, Nd4j.ones(DataType.FLOAT, 1, 17, 8)))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(
            "weights.pth: pos_embed has shape [1, 17, 8], the model's has [1, 7, 8]");
  }

  @Test
  void refusesTheOtherOrderOfSinesForAnotherGrid() {
    assertThatThrownBy(() -> tables.fit(FILE, NAME, SinCosPositions.rowFirst(4, 4, 8)))
        .isInstanceOf(UserException.class);
  }

  @Test
  void refusesOtherValues() {
    INDArray learned = own.add(1e-4);

    assertThatThrownBy(() -> tables.fit(FILE, NAME, learned))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("weights.pth: pos_embed is not the fixed table");
  }

  @Test
  void refusesValuesThatAreNotNumbers() {
    INDArray damaged = own.dup();
    damaged.putScalar(0, 2, 2, Float.NaN);

    assertThatThrownBy(() -> tables.fit(FILE, NAME, damaged)).isInstanceOf(UserException.class);
  }
}
