package dev.mto.engine.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.models.VitConfig;
import dev.mto.models.weights.NamedTensors;
import dev.mto.models.weights.WeightMatch;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class FittedTensorsTest {
  private static final String NAME = "blocks.0.mlp.fc1.weight";
  private static final VitConfig VIT =
      new VitConfig(3, 16, 24, 8, 8, 1, 1, 4, 0, 0, VitConfig.OFFICIAL_INIT_STD);

  /** Their sum is more than float16 holds. */
  @ParameterizedTest
  @EnumSource(names = {"HALF", "BFLOAT16", "FLOAT", "DOUBLE"})
  void manyValuesAreFiniteWhereEachIs(DataType type) {
    try (INDArray values = Nd4j.valueArrayOf(new long[] {1000}, 100, type)) {
      assertThat(require(values).matched()).containsExactly(NAME);

      values.putScalar(7, Double.POSITIVE_INFINITY);
      assertThatThrownBy(() -> require(values))
          .hasMessageContaining("tensor " + NAME + " has values that are not finite");
    }
  }

  private static WeightMatch require(INDArray values) {
    return new FittedTensors(
            Path.of("half.safetensors"),
            new NamedTensors(Map.of(NAME, values), List.of()),
            Map.of(NAME, Nd4j.zeros(1000)),
            new FixedTables(Map.of(), VIT),
            VIT)
        .require(Map.of(NAME, new long[] {1000}), Set.of());
  }
}
