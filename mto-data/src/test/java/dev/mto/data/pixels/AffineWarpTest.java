package dev.mto.data.pixels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where pixels go and what they become; the tables were made with Pillow 12.3. */
class AffineWarpTest {
  private static final int[][] IMAGE = {
    {10, 20, 30, 40, 50}, {15, 200, 35, 90, 55}, {20, 40, 250, 60, 100}, {25, 130, 45, 0, 65}
  };
  private static final int SIDE = 8;
  private static final byte FILL = 7;

  private static int[][] warp(int[][] rows, AffineMap map, Interpolation interpolation) {
    int width = rows[0].length;
    byte[] pixels = new byte[rows.length * width];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) rows[i / width][i % width];
    }
    Pixels image = new Pixels(pixels, rows.length, width, 1);
    byte[] moved = AffineWarp.apply(image, map, interpolation, new byte[] {FILL}).values();
    int[][] result = new int[rows.length][width];
    for (int i = 0; i < moved.length; i++) {
      result[i / width][i % width] = moved[i] & 0xFF;
    }
    return result;
  }

  /** Black, but for one pixel. */
  private static int[][] marked(int row, int column) {
    int[][] rows = new int[SIDE][SIDE];
    rows[row][column] = 255;
    return rows;
  }

  @ParameterizedTest
  @EnumSource
  void aTranslationMovesThePixelToTheLeftAndUpAndFillsBehindIt(Interpolation interpolation) {
    int[][] left = marked(4, 1);
    for (int[] row : left) {
      Arrays.fill(row, 6, 8, FILL);
    }
    assertThat(warp(marked(4, 3), AffineMap.translation(2, 0), interpolation)).isDeepEqualTo(left);

    int[][] up = marked(1, 3);
    Arrays.fill(up[5], FILL);
    Arrays.fill(up[6], FILL);
    Arrays.fill(up[7], FILL);
    assertThat(warp(marked(4, 3), AffineMap.translation(0, 3), interpolation)).isDeepEqualTo(up);
  }

  @ParameterizedTest
  @EnumSource
  void aShearMovesEveryRowOrColumnByItsDistanceFromTheFirstEdge(Interpolation interpolation) {
    // the centre of row 1 is 1.5 from the edge
    int[][] left = marked(1, 2);
    for (int row = 0; row < SIDE; row++) {
      Arrays.fill(left[row], Math.max(0, SIDE - 1 - 2 * row), SIDE, FILL);
    }
    assertThat(warp(marked(1, 5), AffineMap.shearX(2), interpolation)).isDeepEqualTo(left);

    int[][] down = marked(4, 1);
    for (int row = 0; row < SIDE; row++) {
      Arrays.fill(down[row], row / 2 + row % 2, SIDE, FILL);
    }
    assertThat(warp(marked(1, 1), AffineMap.shearY(-2), interpolation)).isDeepEqualTo(down);
  }

  @ParameterizedTest
  @EnumSource
  void aRotationTurnsCounterClockwiseAboutTheCentre(Interpolation interpolation) {
    assertThat(warp(marked(4, 6), AffineMap.rotation(90, SIDE, SIDE), interpolation))
        .isDeepEqualTo(marked(1, 4));
  }

  @ParameterizedTest
  @EnumSource
  void noMotionKeepsEveryValue(Interpolation interpolation) {
    for (AffineMap none :
        new AffineMap[] {
          AffineMap.rotation(0, 4, 5), AffineMap.shearX(0), AffineMap.translation(0, 0)
        }) {
      assertThat(warp(IMAGE, none, interpolation)).isDeepEqualTo(IMAGE);
    }
  }

  @Test
  void bilinearValuesAreThoseOfPillow() {
    assertThat(warp(IMAGE, AffineMap.rotation(30, 4, 5), Interpolation.BILINEAR))
        .isDeepEqualTo(
            new int[][] {
              {7, 28, 45, 61, 64},
              {21, 87, 59, 73, 96},
              {17, 117, 189, 82, 34},
              {18, 38, 105, 39, 7}
            });
    assertThat(warp(IMAGE, AffineMap.shearX(0.27), Interpolation.BILINEAR))
        .isDeepEqualTo(
            new int[][] {
              {11, 21, 31, 41, 50},
              {89, 133, 57, 75, 55},
              {33, 181, 121, 87, 7},
              {124, 49, 2, 61, 7}
            });
    assertThat(warp(IMAGE, AffineMap.translation(0, -1.3), Interpolation.BILINEAR))
        .isDeepEqualTo(
            new int[][] {
              {7, 7, 7, 7, 7}, {10, 20, 30, 40, 50}, {13, 146, 33, 75, 53}, {18, 87, 185, 69, 86}
            });
  }

  @Test
  void bicubicValuesAreThoseOfPillow() {
    assertThat(warp(IMAGE, AffineMap.rotation(-20, 4, 5), Interpolation.BICUBIC))
        .isDeepEqualTo(
            new int[][] {
              {0, 82, 34, 34, 7}, {15, 145, 67, 58, 54}, {39, 95, 240, 74, 69}, {7, 85, 19, 32, 106}
            });
    assertThat(warp(IMAGE, AffineMap.shearY(-0.27), Interpolation.BICUBIC))
        .isDeepEqualTo(
            new int[][] {
              {9, 0, 7, 7, 7}, {13, 150, 16, 42, 49}, {18, 109, 120, 90, 47}, {24, 77, 215, 55, 95}
            });
    assertThat(warp(IMAGE, AffineMap.translation(1.3, 0), Interpolation.BICUBIC))
        .isDeepEqualTo(
            new int[][] {
              {23, 33, 44, 51, 7},
              {174, 29, 87, 49, 7},
              {117, 221, 44, 105, 7},
              {122, 14, 12, 74, 7}
            });
  }

  @ParameterizedTest
  @EnumSource
  void channelsMoveTogetherAndHaveTheirOwnFill(Interpolation interpolation) {
    byte[] pixels = {1, 2, 3, 4, 5, 6};
    Pixels moved =
        AffineWarp.apply(
            new Pixels(pixels, 1, 2, 3),
            AffineMap.translation(1, 0),
            interpolation,
            new byte[] {7, 8, 9});
    assertThat(moved.values()).isEqualTo(new byte[] {4, 5, 6, 7, 8, 9});
  }
}
