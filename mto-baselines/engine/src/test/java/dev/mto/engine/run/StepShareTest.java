package dev.mto.engine.run;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.data.ImageBatch;
import dev.mto.engine.errors.UserException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class StepShareTest {
  private static List<ImageBatch> microBatches(int... numbers) {
    return Arrays.stream(numbers)
        .mapToObj(number -> new ImageBatch(number, null, null, List.of(), null, null, null))
        .toList();
  }

  @Test
  void oneOfSeveralWorkersThatHasNoImageForAMicroBatchEndsTheJob() {
    StepShare second = new StepShare(1, 2, 4);
    second.requireAll(microBatches(6, 7), 1);
    for (int[] numbers : new int[][] {{6}, {6, 8}}) {
      assertThatThrownBy(() -> second.requireAll(microBatches(numbers), 1))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("micro-batch 7 of the epoch: none of its images can be read");
    }
  }

  @Test
  void oneProcessGoesOnWithWhatIsLeft() {
    new StepShare(0, 1, 4).requireAll(microBatches(4, 6), 1);
  }
}
