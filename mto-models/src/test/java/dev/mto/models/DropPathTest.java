package dev.mto.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class DropPathTest {
  private static final VitConfig CONFIG =
      new VitConfig(1, 8, 8, 4, 6, 3, 2, 2, 0.5, 0.4, VitConfig.OFFICIAL_INIT_STD);

  @Test
  void factorsAreZeroOrMakeUpForItAndKeepTheMean() {
    INDArray factors = DropPath.sample(3, 0.4, 20_000, DataType.DOUBLE, new SplittableRandom(1));

    assertThat(factors.shape()).containsExactly(6, 20_000);
    for (int row = 0; row < 6; row++) {
      double keep = 1 - DropPath.rate(row / 2, 3, 0.4);
      INDArray values = factors.getRow(row);
      double kept = 0;
      for (int image = 0; image < 20_000; image++) {
        double value = values.getDouble(image);
        assertThat(value == 0 || Math.abs(value - 1 / keep) < 1e-12).isTrue();
        kept += value == 0 ? 0 : 1;
      }
      assertThat(kept / 20_000).isCloseTo(keep, within(0.015));
      assertThat(values.meanNumber().doubleValue()).isCloseTo(1, within(0.03));
    }
  }

  @Test
  void factorZeroRemovesTheBranchOfThatImageAlone() {
    SameDiff graph = SameDiff.create();
    Parameters parameters =
        new Parameters(graph, DataType.DOUBLE, name -> new SplittableRandom(name.hashCode()));
    VisionTransformer encoder =
        new VisionTransformer(
            CONFIG, VisionTransformer.Options.beit(CONFIG, false), parameters, "encoder.");
    SDVariable images = graph.placeHolder("images", DataType.DOUBLE, -1, 1, 8, 8);
    SDVariable dropPath = graph.placeHolder("dropPath", DataType.DOUBLE, 6, -1);
    List<SDVariable> layers = encoder.encodeImages(images, dropPath).layers();
    String before = layers.get(1).name();
    String after = layers.get(2).name();
    INDArray factors = DropPath.keepAll(3, 2, DataType.DOUBLE);
    factors.putScalar(2, 1, 0);
    factors.putScalar(3, 1, 0);
    INDArray one = Nd4j.linspace(DataType.DOUBLE, -1, 0.1, 64).reshape(1, 1, 8, 8);

    Map<String, INDArray> values =
        graph.output(
            Map.of("images", Nd4j.concat(0, one, one), "dropPath", factors), before, after);

    assertThat(image(values.get(after), 1)).isEqualTo(image(values.get(before), 1));
    assertThat(image(values.get(before), 0)).isEqualTo(image(values.get(before), 1));
    assertThat(image(values.get(after), 0)).isNotEqualTo(image(values.get(before), 0));
  }

  private static INDArray image(INDArray tokens, int image) {
    return tokens.get(NDArrayIndex.point(image), NDArrayIndex.all(), NDArrayIndex.all()).dup('c');
  }
}
