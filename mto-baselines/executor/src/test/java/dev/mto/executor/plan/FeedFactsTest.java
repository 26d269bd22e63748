package dev.mto.executor.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class FeedFactsTest {
  @Test
  void masksWithTheSameNumberOfOnesInEachRowHaveThatNumber() {
    assertThat(of(new float[][] {{1, 0, 1}, {0, 1, 1}}).onesInRow()).isEqualTo(2);
    assertThat(of(new float[][] {{0, 0}, {0, 0}}).onesInRow()).isZero();
    assertThat(of(new float[][] {{1, 1}}).onesInRow()).isEqualTo(2);
  }

  @Test
  void otherMatricesHaveNoNumberOfOnes() {
    assertThat(of(new float[][] {{1, 0, 1}, {0, 1, 0}}).onesInRow()).as("rows").isEqualTo(-1);
    assertThat(of(new float[][] {{1, 0}, {0.5f, 0.5f}}).onesInRow()).as("halves").isEqualTo(-1);
    assertThat(of(new float[][] {{1, 0}, {2, -1}}).onesInRow()).as("integers").isEqualTo(-1);
    assertThat(of(new float[][] {{1, Float.NaN}}).onesInRow()).as("NaN").isEqualTo(-1);
  }

  @Test
  void selectionsAreRecognised() {
    INDArray selection = Nd4j.zeros(DataType.FLOAT, 2, 2, 3);
    selection.putScalar(0, 0, 2, 1);
    selection.putScalar(0, 1, 0, 1);
    selection.putScalar(1, 0, 0, 1);
    assertThat(FeedFacts.of(selection).oneHot()).as("an empty row").isFalse();
    selection.putScalar(1, 1, 1, 1);
    assertThat(FeedFacts.of(selection).oneHot()).isTrue();
    selection.putScalar(1, 1, 0, 1);
    assertThat(FeedFacts.of(selection).oneHot()).as("two ones").isFalse();
  }

  @Test
  void valuesThatDifferOnlyInPlacesHaveEqualFacts() {
    assertThat(of(new float[][] {{1, 0, 1}, {0, 1, 1}}))
        .isEqualTo(of(new float[][] {{0, 1, 1}, {1, 1, 0}}))
        .isNotEqualTo(of(new float[][] {{0, 1, 0}, {1, 0, 0}}));
  }

  @Test
  void valuesOfOtherRanksHaveAShapeOnly() {
    INDArray images = Nd4j.ones(DataType.FLOAT, 2, 3, 4, 5);
    assertThat(FeedFacts.of(images).extents()).containsExactly(2, 3, 4, 5);
    assertThat(FeedFacts.of(images).oneHot()).isFalse();
    assertThat(FeedFacts.of(images).onesInRow()).isEqualTo(-1);
    assertThat(FeedFacts.of(Nd4j.scalar(2f)).extents()).isEmpty();
  }

  @Test
  void partOfALargerArrayIsReadWhereItLies() {
    INDArray batch = Nd4j.createFromArray(new float[][] {{1, 1, 1}, {0, 1, 0}, {0, 0, 1}});
    INDArray part = batch.get(NDArrayIndex.interval(1, 3));
    assertThat(FeedFacts.of(part)).isEqualTo(new FeedFacts(List.of(2L, 3L), false, 1));
  }

  private static FeedFacts of(float[][] matrix) {
    return FeedFacts.of(Nd4j.createFromArray(matrix));
  }
}
