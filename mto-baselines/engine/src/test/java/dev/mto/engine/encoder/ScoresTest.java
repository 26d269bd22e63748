package dev.mto.engine.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ScoresTest {
  private static final List<String> CLASSES = List.of("a", "b", "c", "d", "e", "f", "g");

  private static Scores scores(int label, float... scores) {
    Scores.Counter counter = new Scores.Counter(CLASSES);
    try (INDArray row = Nd4j.createFromArray(new float[][] {scores})) {
      counter.add(new int[] {label}, row);
    }
    return counter.scores();
  }

  @Test
  void aClassIsAmongTheFirstFiveWhereFewerThanFiveComeBefore() {
    assertThat(scores(4, .7f, .6f, .5f, .4f, .3f, .2f, .1f).top5()).isEqualTo(1);
    assertThat(scores(5, .7f, .6f, .5f, .4f, .3f, .2f, .1f).top5()).isZero();
    assertThat(scores(0, .7f, .6f, .5f, .4f, .3f, .2f, .1f).top1()).isEqualTo(1);
  }

  @Test
  void ofClassesWithoutAVoteTheFirstOnesFillTheFive() {
    float[] votes = {.6f, .4f, 0, 0, 0, 0, 0};

    assertThat(scores(4, votes).top5()).isEqualTo(1);
    assertThat(scores(5, votes).top5()).isZero();
    assertThat(scores(6, votes).top5()).isZero();
    assertThat(scores(1, votes).top1()).isZero();
  }

  @Test
  void aSingleClassIsRefusedAsNothingIsToldApart() {
    assertThatThrownBy(() -> new Scores.Counter(List.of("a")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("classes: [a]");
  }

  @Test
  void ofEqualScoresTheFirstClassIsPredicted() {
    assertThat(scores(0, 0, 0, 0, 0, 0, 0, 0).top1()).isEqualTo(1);
    assertThat(scores(1, 0, 0, 0, 0, 0, 0, 0).top1()).isZero();
    assertThat(scores(2, 0, 0, 0, 0, 0, 0, 0).confusion().get(2).get(0)).isEqualTo(1);
  }
}
