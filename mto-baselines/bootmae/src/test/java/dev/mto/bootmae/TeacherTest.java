package dev.mto.bootmae;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.engine.testing.Arithmetic;
import dev.mto.engine.testing.OracleCase;
import dev.mto.executor.state.LiveState;
import dev.mto.oracle.Bits;
import dev.mto.oracle.Oracle;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;

class TeacherTest {
  private static final String ENCODER = "blocks.0.attn.qkv.weight";
  private static final String DECODER = "decode_blocks_1.0.c_attn.q.weight";

  private final OracleCase<BootMaeModel> official =
      BootMaeCase.load(Oracle.cases("d_bootmae").get(0), Arithmetic.FLOAT64, true);
  private final SDVariable featureLoss = official.model().outputs().lossParts().get("feature");
  private final Map<String, INDArray> model = official.parameters().arrays();
  private final Map<String, INDArray> teacher = official.model().teacher.arrays();

  @Test
  void movesInEncoderAndDecodersByTheSameRule() {
    INDArray encoder = expected(ENCODER);
    INDArray decoder = expected(DECODER);

    official.model().teacher.move(0.75, new LiveState());

    assertThat(teacher.get("teacher." + ENCODER).equalsWithEps(encoder, 1e-14)).isTrue();
    assertThat(teacher.get("teacher." + DECODER).equalsWithEps(decoder, 1e-14)).isTrue();
  }

  private INDArray expected(String name) {
    INDArray before = teacher.get("teacher." + name);
    assertThat(before).isNotEqualTo(model.get(name));
    return before.mul(0.75).add(model.get(name).mul(0.25));
  }

  @Test
  void targetFollowsTheTeacher() {
    INDArray before = official.value(featureLoss).dup();

    official.model().teacher.restart(Set.of());

    assertThat(official.value(featureLoss)).isNotEqualTo(before);
  }

  @Test
  void restartsFromTheModelExceptForWhatWasGiven() {
    INDArray given = teacher.get("teacher." + ENCODER).dup();

    official.model().teacher.restart(Set.of("teacher." + ENCODER, DECODER));

    assertThat(Bits.of(teacher.get("teacher." + ENCODER))).isEqualTo(Bits.of(given));
    assertThat(given).isNotEqualTo(model.get(ENCODER));
    assertThat(Bits.of(teacher.get("teacher." + DECODER))).isEqualTo(Bits.of(model.get(DECODER)));
  }
}
