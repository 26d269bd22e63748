package dev.mto.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mto.data.pixels.Pixels;
import dev.mto.data.random.RandomStream;
import java.util.Arrays;
import java.util.Random;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;

class PhotometricTest {
  private static final int SIDE = 21;

  private static byte[] noise(int channels) {
    byte[] pixels = new byte[SIDE * SIDE * channels];
    new Random(3).nextBytes(pixels);
    return pixels;
  }

  private static byte[] view(byte[] pixels, Photometric photometric, long seed) {
    int channels = pixels.length / (SIDE * SIDE);
    return ImageTensor.view(
            new Pixels(pixels, SIDE, SIDE, channels),
            photometric,
            RandomStream.of(seed, "second_view"))
        .values();
  }

  private static Photometric parts(double jitter, double grey, double blur, double solarize) {
    return new Photometric(.4, .4, .2, .1, jitter, grey, blur, 1, 1, solarize);
  }

  @Test
  void ofProbabilityZeroNothingChanges() {
    for (int channels : new int[] {1, 3}) {
      byte[] pixels = noise(channels);
      assertThat(view(pixels, parts(0, 0, 0, 0), 1)).isEqualTo(pixels);
    }
  }

  @Test
  void theGivenPixelsStayAsTheyAre() {
    byte[] pixels = noise(3);
    assertThat(view(pixels, parts(1, 1, 1, 1), 1)).isNotEqualTo(pixels);
    assertThat(pixels).isEqualTo(noise(3));
  }

  @Test
  void aViewIsAFunctionOfItsStream() {
    Photometric photometric = parts(1, 0.5, 0.5, 0.5);
    assertThat(view(noise(3), photometric, 1)).isEqualTo(view(noise(3), photometric, 1));
    assertThat(view(noise(3), photometric, 1)).isNotEqualTo(view(noise(3), photometric, 2));
  }

  @Test
  void everyPartHasItsOwnProbability() {
    int n = 2000;
    for (int part = 0; part < 4; part++) {
      double[] chance = new double[4];
      chance[part] = 0.3;
      Photometric photometric = parts(chance[0], chance[1], chance[2], chance[3]);
      int changed = 0;
      for (int seed = 0; seed < n; seed++) {
        changed += Arrays.equals(view(noise(3), photometric, seed), noise(3)) ? 0 : 1;
      }
      assertThat((double) changed / n).as("part %d", part).isCloseTo(0.3, within(0.045));
    }
  }

  @Test
  void solarisationComesAfterGreyscaleAndBlur() {
    byte[] expected = view(noise(3), parts(0, 1, 0, 0), 1);
    expected = view(expected, parts(0, 0, 1, 0), 1);
    expected = view(expected, parts(0, 0, 0, 1), 1);
    assertThat(view(noise(3), parts(0, 1, 1, 1), 1)).isEqualTo(expected);
  }

  @Test
  void blurSpreadsAPointAsAGaussian() {
    byte[] point = new byte[SIDE * SIDE];
    int centre = SIDE / 2 * SIDE + SIDE / 2;
    point[centre] = (byte) 255;
    byte[] blurred = view(point, parts(0, 0, 1, 0), 1);
    double norm = 1 / Math.sqrt(2 * Math.PI);
    double atOne = norm * Math.exp(-0.5);
    assertThat(blurred[centre] & 0xFF).isCloseTo((int) (255 * norm * norm), within(1));
    for (int neighbour : new int[] {-1, 1, -SIDE, SIDE}) {
      assertThat(blurred[centre + neighbour] & 0xFF)
          .isCloseTo((int) (255 * norm * atOne), within(1));
    }
    assertThat(blurred[centre + SIDE + 1] & 0xFF).isCloseTo((int) (255 * atOne * atOne), within(1));
  }

  @Test
  void blurRadiiAreDrawnFromTheirRange() {
    byte[] point = new byte[SIDE * SIDE];
    int centre = SIDE / 2 * SIDE + SIDE / 2;
    point[centre] = (byte) 255;
    Photometric photometric = new Photometric(0, 0, 0, 0, 0, 0, 1, 1, 2, 0);
    int least = 255;
    int most = 0;
    for (int seed = 0; seed < 500; seed++) {
      int peak = view(point, photometric, seed)[centre] & 0xFF;
      least = Math.min(least, peak);
      most = Math.max(most, peak);
    }
    assertThat(most).isCloseTo((int) (255 / (2 * Math.PI)), within(2));
    assertThat(least).isCloseTo((int) (255 / (2 * Math.PI * 4)), within(2));
  }

  @Test
  void blurKeepsAConstantImageUpToItsEdges() {
    byte[] constant = new byte[SIDE * SIDE * 3];
    Arrays.fill(constant, (byte) 200);
    assertThat(view(constant, parts(0, 0, 1, 0), 1)).isEqualTo(constant);
  }

  @Test
  void pointsStayWhereTheyAre() {
    assertThat(Photometric.conMim().transform().query(3f, 4f)).containsExactly(3f, 4f);
  }

  @Test
  void conMimsTeacherHasItsPublishedValues() {
    assertThat(Photometric.conMim())
        .isEqualTo(new Photometric(0.4, 0.4, 0.2, 0.1, 0.8, 0.2, 0.1, 0.1, 2, 0.2));
  }

  @Test
  void aViewFreesItsNativeMemory() {
    Photometric photometric = parts(1, 1, 1, 1);
    view(noise(3), photometric, 0);
    long before = Pointer.totalBytes();
    for (int seed = 0; seed < 200; seed++) {
      view(noise(3), photometric, seed);
    }
    assertThat(Pointer.totalBytes()).isLessThanOrEqualTo(before);
    assertThat(PointerScope.getInnerScope()).isNull();
  }

  @Test
  void wrongOptionsAreRefusedWithTheirNameAndValue() {
    double[] right = {0.4, 0.4, 0.2, 0.1, 0.8, 0.2, 0.1, 0.1, 2, 0.2};
    Object[][] wrong = {
      {0, -0.1, "brightness is -0.1"},
      {1, Double.POSITIVE_INFINITY, "contrast is Infinity"},
      {2, Double.NaN, "saturation is NaN"},
      {3, 0.6, "hue is 0.6"},
      {4, 1.1, "jitter is 1.1"},
      {5, -1.0, "grey is -1.0"},
      {6, 2.0, "blur is 2.0"},
      {7, 0.0, "[0.0, 2.0]"},
      {8, 0.05, "[0.1, 0.05]"},
      {9, Double.NaN, "solarize is NaN"},
    };
    for (Object[] row : wrong) {
      double[] v = right.clone();
      v[(int) row[0]] = (double) row[1];
      assertThatThrownBy(
              () -> new Photometric(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining((String) row[2]);
    }
  }
}
