package dev.mto.data.pixels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mto.data.image.Normalization;
import dev.mto.data.random.RandomStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RandAugmentTest {
  private static final int SIDE = 18;
  private static final byte[] FILL = {104, 116, 124};

  /** What one operation makes of the picture, in one direction. */
  private record Outcome(RandAugmentOperation operation, boolean negative) {}

  /** Values from 5 to 219, so that every operation shows. */
  private static byte[] picture() {
    byte[] pixels = new byte[SIDE * SIDE * 3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (5 + RandomStream.of(i, "picture").nextInt(215));
    }
    return pixels;
  }

  private static Pixels image() {
    return new Pixels(picture(), SIDE, SIDE, 3);
  }

  private static byte[] view(RandAugment randAugment, Pixels image, byte[] fill, long seed) {
    return randAugment.apply(image, fill, RandomStream.of(seed, "rand_augment")).values();
  }

  private static RandAugment of(int operations, double magnitude, double std) {
    return new RandAugment(operations, magnitude, std, Interpolation.BILINEAR);
  }

  private static Map<ByteBuffer, Outcome> outcomes() {
    Map<ByteBuffer, Outcome> outcomes = new HashMap<>();
    for (RandAugmentOperation operation : RandAugmentOperation.values()) {
      for (boolean negative : new boolean[] {false, true}) {
        double argument = operation.argument(9, negative);
        byte[] view = operation.apply(image(), argument, Interpolation.BILINEAR, FILL).values();
        outcomes.putIfAbsent(ByteBuffer.wrap(view), new Outcome(operation, negative));
      }
    }
    return outcomes;
  }

  @Test
  void operationsAndTheirDirectionsAreUniformAndHalfOfThemIsApplied() {
    int n = 9000;
    Map<ByteBuffer, Outcome> outcomes = outcomes();
    assertThat(outcomes).as("15 operations, of which 9 have two directions").hasSize(24);
    Map<RandAugmentOperation, Integer> counts = new EnumMap<>(RandAugmentOperation.class);
    int unchanged = 0;
    int negative = 0;
    for (int seed = 0; seed < n; seed++) {
      byte[] view = view(of(1, 9, 0), image(), FILL, seed);
      Outcome outcome = outcomes.get(ByteBuffer.wrap(view));
      if (outcome == null) {
        assertThat(view).isEqualTo(picture());
        unchanged++;
      } else {
        counts.merge(outcome.operation(), 1, Integer::sum);
        negative += outcome.negative() ? 1 : 0;
      }
    }
    assertThat(unchanged).isCloseTo(n / 2, within(170));
    assertThat(negative).isCloseTo(n / 2 * 9 / 15 / 2, within(130));
    assertThat(counts).hasSize(15);
    counts.forEach(
        (operation, count) -> assertThat(count).as(operation.name()).isCloseTo(n / 30, within(65)));
  }

  @Test
  void magnitudesAreNormalAndClippedToTheLargest() {
    // of one pixel of value 10, only the value that is added below 128 gives 40 to 240
    List<Double> magnitudes = new ArrayList<>();
    for (int seed = 0; seed < 60_000; seed++) {
      Pixels pixel = new Pixels(new byte[] {10}, 1, 1, 1);
      int value = view(of(1, 9, 0.5), pixel, new byte[] {10}, seed)[0] & 0xFF;
      if (value >= 40 && value <= 240) {
        magnitudes.add((value - 10 + 0.5) / 11);
      }
    }
    double mean = magnitudes.stream().mapToDouble(m -> m).average().orElseThrow();
    double variance =
        magnitudes.stream().mapToDouble(m -> (m - mean) * (m - mean)).average().orElseThrow();
    long clipped = magnitudes.stream().filter(m -> m > 10).count();
    assertThat(magnitudes).hasSizeBetween(1800, 2200).allMatch(m -> m < 10.1);
    assertThat(mean).isCloseTo(9, within(0.05));
    assertThat(Math.sqrt(variance)).isCloseTo(0.5, within(0.03));
    assertThat((double) clipped / magnitudes.size()).isCloseTo(0.0228, within(0.012));
  }

  @Test
  void ofTwoOperationsTheSecondChangesWhatTheFirstGave() {
    int bothApplied = 0;
    Map<ByteBuffer, Outcome> outcomes = outcomes();
    for (int seed = 0; seed < 2000; seed++) {
      ByteBuffer view = ByteBuffer.wrap(view(of(2, 9, 0), image(), FILL, seed));
      bothApplied += outcomes.containsKey(view) || view.equals(ByteBuffer.wrap(picture())) ? 0 : 1;
    }
    assertThat(bothApplied).isBetween(380, 540);
  }

  @Test
  void aViewIsAFunctionOfItsStream() {
    RandAugment randAugment = of(8, 9, 0.5);
    assertThat(view(randAugment, image(), FILL, 1)).isEqualTo(view(randAugment, image(), FILL, 1));
    assertThat(view(randAugment, image(), FILL, 1))
        .isNotEqualTo(view(randAugment, image(), FILL, 2));
  }

  @Test
  void withoutOperationsNothingChanges() {
    for (int seed = 0; seed < 20; seed++) {
      assertThat(view(RandAugment.none(), image(), FILL, seed)).isEqualTo(picture());
    }
  }

  @Test
  void greyImagesAreChangedToo() {
    int changed = 0;
    for (int seed = 0; seed < 200; seed++) {
      byte[] grey = new byte[SIDE * SIDE];
      System.arraycopy(picture(), 0, grey, 0, grey.length);
      byte[] view = view(of(2, 9, 0.5), new Pixels(grey.clone(), SIDE, SIDE, 1), new byte[1], seed);
      changed += ByteBuffer.wrap(view).equals(ByteBuffer.wrap(grey)) ? 0 : 1;
    }
    assertThat(changed).isBetween(110, 170);
  }

  @Test
  void whatMovesInHasTheMeanColour() {
    assertThat(Normalization.imageNet().meanColour()).isEqualTo(FILL);
    assertThat(Normalization.of(new float[] {0.5f}, new float[] {1}).meanColour())
        .isEqualTo(new byte[] {(byte) 128});
    assertThat(Normalization.of(new float[] {1.5f}, new float[] {1}).meanColour())
        .isEqualTo(new byte[] {(byte) 255});
  }

  @Test
  void wrongOptionsAreRefusedWithTheirValue() {
    assertThatThrownBy(() -> of(-1, 9, 0.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("operations is -1");
    assertThatThrownBy(() -> of(2, 10.5, 0.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("magnitude is 10.5");
    assertThatThrownBy(() -> of(2, 9, Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("deviation is NaN");
  }
}
