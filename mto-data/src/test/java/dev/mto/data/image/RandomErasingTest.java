package dev.mto.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mto.data.random.RandomStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RandomErasingTest {
  private static final int HEIGHT = 60;
  private static final int WIDTH = 48;
  private static final int CHANNELS = 3;
  private static final int LENGTH = CHANNELS * HEIGHT * WIDTH;

  /** Not a value that noise has. */
  private static final float UNTOUCHED = 1000;

  private static float[] erased(double probability, long seed) {
    float[] values = new float[LENGTH];
    Arrays.fill(values, UNTOUCHED);
    new RandomErasing(probability)
        .apply(values, 0, CHANNELS, HEIGHT, WIDTH, RandomStream.of(seed, "erasing"));
    return values;
  }

  /** The box around the erased pixels of a channel. */
  private static CropBox box(float[] values, int channel) {
    int left = WIDTH;
    int top = HEIGHT;
    int right = 0;
    int bottom = 0;
    for (int i = 0; i < HEIGHT * WIDTH; i++) {
      if (values[channel * HEIGHT * WIDTH + i] != UNTOUCHED) {
        left = Math.min(left, i % WIDTH);
        right = Math.max(right, i % WIDTH + 1);
        top = Math.min(top, i / WIDTH);
        bottom = Math.max(bottom, i / WIDTH + 1);
      }
    }
    return new CropBox(left, top, right - left, bottom - top);
  }

  private static int count(float[] values) {
    int count = 0;
    for (float value : values) {
      count += value == UNTOUCHED ? 0 : 1;
    }
    return count;
  }

  @Test
  void imagesAreErasedWithTheProbability() {
    for (double probability : new double[] {0, 0.25, 1}) {
      int changed = 0;
      for (int seed = 0; seed < 2000; seed++) {
        changed += count(erased(probability, seed)) == 0 ? 0 : 1;
      }
      double tolerance = probability == 0.25 ? 0.04 : 0;
      assertThat(changed / 2000.0).isCloseTo(probability, within(tolerance));
    }
  }

  @Test
  void oneBoxInEveryChannelIsErasedWholly() {
    for (int seed = 0; seed < 300; seed++) {
      float[] values = erased(1, seed);
      CropBox box = box(values, 0);
      assertThat(box(values, 1)).isEqualTo(box(values, 2)).isEqualTo(box);
      assertThat(count(values)).isEqualTo(CHANNELS * box.width() * box.height());
    }
  }

  @Test
  void areaAndRatioCoverTheirRangeAndNoMore() {
    double leastArea = 1;
    double mostArea = 0;
    double leastRatio = 10;
    double mostRatio = 0;
    for (int seed = 0; seed < 3000; seed++) {
      CropBox box = box(erased(1, seed), 0);
      // half a pixel of rounding
      double height = box.height();
      double width = box.width();
      double image = HEIGHT * WIDTH;
      assertThat((height + 0.5) * (width + 0.5) / image).isGreaterThanOrEqualTo(0.02);
      assertThat((height - 0.5) * (width - 0.5) / image).isLessThanOrEqualTo(1 / 3.0);
      assertThat((height + 0.5) / (width - 0.5)).isGreaterThanOrEqualTo(0.3);
      assertThat((height - 0.5) / (width + 0.5)).isLessThanOrEqualTo(1 / 0.3);
      leastArea = Math.min(leastArea, height * width / image);
      mostArea = Math.max(mostArea, height * width / image);
      leastRatio = Math.min(leastRatio, height / width);
      mostRatio = Math.max(mostRatio, height / width);
    }
    assertThat(leastArea).isLessThan(0.025);
    assertThat(mostArea).isGreaterThan(0.325);
    assertThat(leastRatio).isLessThan(0.33);
    assertThat(mostRatio).isGreaterThan(3);
  }

  @Test
  void boxesReachEveryEdge() {
    int[] reached = new int[4];
    for (int seed = 0; seed < 1000; seed++) {
      CropBox box = box(erased(1, seed), 0);
      reached[0] += box.left() == 0 ? 1 : 0;
      reached[1] += box.top() == 0 ? 1 : 0;
      reached[2] += box.left() + box.width() == WIDTH ? 1 : 0;
      reached[3] += box.top() + box.height() == HEIGHT ? 1 : 0;
    }
    assertThat(reached).doesNotContain(0);
  }

  @Test
  void noiseIsStandardNormalAndIndependentBetweenPixelsAndChannels() {
    double sum = 0;
    double squares = 0;
    double neighbours = 0;
    double channels = 0;
    int n = 0;
    for (int seed = 0; seed < 200; seed++) {
      float[] values = erased(1, seed);
      CropBox box = box(values, 0);
      for (int y = box.top(); y < box.top() + box.height(); y++) {
        for (int x = box.left(); x < box.left() + box.width() - 1; x++) {
          float value = values[y * WIDTH + x];
          sum += value;
          squares += value * value;
          neighbours += value * values[y * WIDTH + x + 1];
          channels += value * values[(HEIGHT + y) * WIDTH + x];
          n++;
        }
      }
    }
    assertThat(n).isGreaterThan(50_000);
    assertThat(sum / n).isCloseTo(0, within(0.02));
    assertThat(squares / n).isCloseTo(1, within(0.03));
    assertThat(neighbours / n).isCloseTo(0, within(0.02));
    assertThat(channels / n).isCloseTo(0, within(0.02));
  }

  @Test
  void imagesBesideItStayAsTheyAre() {
    for (int seed = 0; seed < 50; seed++) {
      float[] values = new float[3 * LENGTH];
      Arrays.fill(values, UNTOUCHED);
      new RandomErasing(1)
          .apply(values, LENGTH, CHANNELS, HEIGHT, WIDTH, RandomStream.of(seed, "erasing"));
      assertThat(count(Arrays.copyOfRange(values, 0, LENGTH))).isZero();
      assertThat(Arrays.copyOfRange(values, LENGTH, 2 * LENGTH)).isEqualTo(erased(1, seed));
      assertThat(count(Arrays.copyOfRange(values, 2 * LENGTH, 3 * LENGTH))).isZero();
    }
  }

  @Test
  void itIsAFunctionOfItsStream() {
    assertThat(erased(1, 1)).isEqualTo(erased(1, 1)).isNotEqualTo(erased(1, 2));
  }

  @Test
  void anImageTooThinForEveryBoxStaysAsItIs() {
    float[] values = new float[100];
    Arrays.fill(values, UNTOUCHED);
    for (int seed = 0; seed < 20; seed++) {
      new RandomErasing(1).apply(values, 0, 1, 1, 100, RandomStream.of(seed, "erasing"));
    }
    assertThat(count(values)).isZero();
  }

  @Test
  void aWrongProbabilityIsRefusedWithItsValue() {
    for (double wrong : new double[] {-0.1, 1.1, Double.NaN}) {
      assertThatThrownBy(() -> new RandomErasing(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("erasing is " + wrong);
    }
  }
}
