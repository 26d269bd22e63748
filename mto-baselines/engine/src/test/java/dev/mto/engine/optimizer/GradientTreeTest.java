package dev.mto.engine.optimizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sums written as what they are sums of: {@code ((0+1)+(2+3))}. */
class GradientTreeTest {
  private static final class Written implements GradientTree.Sums<String> {
    private final List<String> slots = new ArrayList<>();

    @Override
    public void put(int slot, String gradients) {
      if (slot == slots.size()) {
        slots.add(gradients);
      } else {
        slots.set(slot, gradients);
      }
    }

    @Override
    public void add(int slot, String gradients) {
      slots.set(slot, "(" + slots.get(slot) + "+" + gradients + ")");
    }

    @Override
    public void merge(int slot) {
      add(slot, slots.get(slot + 1));
    }
  }

  private static Written sum(int first, int count) {
    Written sums = new Written();
    for (int i = 0; i < count; i++) {
      GradientTree.take(sums, i, count, String.valueOf(first + i));
    }
    return sums;
  }

  private static String of(int first, int count) {
    return sum(first, count).slots.get(0);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0",
    "2, (0+1)",
    "3, ((0+1)+2)",
    "4, ((0+1)+(2+3))",
    "5, ((((0+1)+2)+3)+4)",
    "6, (((0+1)+2)+((3+4)+5))",
    "8, (((0+1)+(2+3))+((4+5)+(6+7)))"
  })
  void halvesAreSummedByThemselves(int count, String expected) {
    assertThat(of(0, count)).isEqualTo(expected);
  }

  @Test
  void powersOfTwoOfWorkersMakeTheSameSum() {
    for (int count = 1; count <= 96; count++) {
      for (int workers = 2; count % workers == 0; workers *= 2) {
        assertThat(ofWorkers(0, count, workers))
            .as("%d micro-batches, %d workers", count, workers)
            .isEqualTo(of(0, count));
      }
    }
  }

  /** What pairs of neighbours, and then pairs of pairs, make of the workers' own sums. */
  private static String ofWorkers(int first, int count, int workers) {
    if (workers == 1) {
      return of(first, count);
    }
    int half = count / 2;
    return "(%s+%s)"
        .formatted(ofWorkers(first, half, workers / 2), ofWorkers(first + half, half, workers / 2));
  }

  @Test
  void fewSumsAreKept() {
    assertThat(sum(0, 2).slots).hasSize(1);
    assertThat(sum(0, 7).slots).hasSize(1);
    assertThat(sum(0, 64).slots).hasSize(6);
    assertThat(sum(0, 48).slots).hasSize(5);
  }
}
