package dev.mto.executor.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RepeatedShapeTest {
  @Test
  void neighbouringDimensionsOfOneKindAreTakenTogether() {
    assertShapes(shape(2, 3, 4, 5), shape(1, 3, 4, 5), shape(2, 60), shape(1, 60));
    assertShapes(shape(2, 3, 4, 5), shape(1, 1, 1, 5), shape(24, 5), shape(1, 5));
    assertShapes(shape(2, 3, 4, 5), shape(2, 3, 4, 1), shape(24, 5), shape(24, 1));
  }

  @Test
  void equalShapesBecomeOneDimension() {
    assertShapes(shape(2, 3, 4), shape(2, 3, 4), shape(24), shape(24));
  }

  @Test
  void alternatingDimensionsStayApart() {
    assertShapes(shape(2, 3, 4, 5), shape(2, 1, 4, 1), shape(2, 3, 4, 5), shape(2, 1, 4, 1));
  }

  @Test
  void aScalarIsRepeatedOverOneDimension() {
    assertShapes(shape(2, 3), shape(1, 1), shape(6), shape(1));
  }

  @Test
  void extentsOfOneDoNotSeparateTheirNeighbours() {
    assertShapes(shape(2, 1, 3), shape(2, 1, 3), shape(6), shape(6));
    assertShapes(shape(2, 1, 3), shape(1, 1, 1), shape(6), shape(1));
  }

  @Test
  void shapesOfOneElementKeepADimension() {
    assertShapes(shape(), shape(), shape(1), shape(1));
    assertShapes(shape(1, 1), shape(1, 1), shape(1), shape(1));
  }

  private static long[] shape(long... extents) {
    return extents;
  }

  private static void assertShapes(
      long[] full, long[] repeated, long[] expectedFull, long[] expectedRepeated) {
    RepeatedShape shapes = RepeatedShape.of(full, repeated);
    assertThat(shapes.full()).containsExactly(expectedFull);
    assertThat(shapes.repeated()).containsExactly(expectedRepeated);
  }
}
