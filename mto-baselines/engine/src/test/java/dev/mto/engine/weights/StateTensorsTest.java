package dev.mto.engine.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.engine.errors.UserException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class StateTensorsTest {
  private static final Path WHERE = Path.of("checkpoints");

  private final INDArray a = Nd4j.zeros(2);
  private final INDArray b = Nd4j.zeros(2, 3);
  private final Map<String, INDArray> live = Map.of("a", a, "b", b);

  @Test
  void copiesEveryTensorIntoTheLiveOne() {
    StateTensors.restore(live, Map.of("a", Nd4j.ones(2), "b", Nd4j.ones(2, 3)), WHERE);

    assertThat(a.sumNumber().doubleValue()).isEqualTo(2);
    assertThat(b.sumNumber().doubleValue()).isEqualTo(6);
  }

  @Test
  void refusesAModelWithAnotherParameterAndChangesNothing() {
    assertThatThrownBy(() -> StateTensors.restore(live, Map.of("a", Nd4j.ones(2)), WHERE))
        .isInstanceOf(UserException.class)
        .hasMessage("checkpoints: the checkpoint has no b; it is of another configuration");
    assertThat(a.sumNumber().doubleValue()).isZero();
  }

  @Test
  void refusesAModelOfAnotherWidthAndChangesNothing() {
    assertThatThrownBy(
            () ->
                StateTensors.restore(live, Map.of("a", Nd4j.ones(2), "b", Nd4j.ones(3, 2)), WHERE))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "checkpoints: b has shape [3, 2], the model needs [2, 3]; the checkpoint is of another"
                + " configuration");
    assertThat(a.sumNumber().doubleValue()).isZero();
  }
}
