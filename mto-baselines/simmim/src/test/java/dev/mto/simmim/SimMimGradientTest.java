package dev.mto.simmim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mto.models.DropPath;
import dev.mto.models.Parameters;
import dev.mto.models.VitConfig;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A tiny model of images that are not square, with stochastic depth, in double. */
class SimMimGradientTest {
  private static final int BATCH = 3;
  private static final VitConfig CONFIG =
      new VitConfig(2, 8, 12, 4, 6, 2, 2, 2, 0.3, 0.4, VitConfig.OFFICIAL_INIT_STD);

  private final SameDiff sameDiff = SameDiff.create();
  private final Parameters parameters =
      new Parameters(sameDiff, DataType.DOUBLE, name -> new SplittableRandom(name.hashCode()));
  private final SimMimModel graph = new SimMimModel(CONFIG, 1, parameters);
  private final Map<String, INDArray> feeds = feeds();

  @Test
  void shapesFollowTheGrid() {
    Map<String, INDArray> values =
        sameDiff.output(
            feeds, List.of(graph.picture.name(), graph.outputs().features().name(), "loss.ss"));

    assertThat(values.get(graph.picture.name()).shape()).containsExactly(BATCH, 2, 8, 12);
    assertThat(values.get(graph.outputs().features().name()).shape()).containsExactly(BATCH, 6, 6);
    assertThat(values.get("loss.ss").length()).isEqualTo(1);
    assertThat(graph.outputs().tokenGroups().get(0).layers()).hasSize(1 + CONFIG.depth());
  }

  @Test
  void everyGradientEqualsFiniteDifferences() {
    perturb();
    sameDiff.setLossVariables(graph.outputs().loss());
    Map<String, INDArray> gradients = sameDiff.calculateGradients(feeds, parameters.names());
    double step = 1e-6;
    for (String name : parameters.names()) {
      INDArray parameter = sameDiff.getArrForVarName(name);
      Random random = new Random(name.hashCode());
      INDArray direction = Nd4j.create(DataType.DOUBLE, parameter.shape());
      for (long i = 0; i < direction.length(); i++) {
        direction.putScalar(i, random.nextGaussian());
      }
      parameter.addi(direction.mul(step));
      double above = loss();
      parameter.subi(direction.mul(2 * step));
      double below = loss();
      parameter.addi(direction.mul(step));
      double expected = (above - below) / (2 * step);
      double actual = gradients.get(name).mul(direction).sumNumber().doubleValue();
      assertThat(actual).as(name).isCloseTo(expected, within(1e-8 + 1e-6 * Math.abs(expected)));
    }
  }

  private double loss() {
    return sameDiff
        .output(feeds, graph.outputs().loss().name())
        .get(graph.outputs().loss().name())
        .getDouble(0);
  }

  /** Moves every parameter away from values whose gradient is trivially 0. */
  private void perturb() {
    for (String name : parameters.names()) {
      INDArray parameter = sameDiff.getArrForVarName(name);
      SplittableRandom random = new SplittableRandom(7 + name.hashCode());
      for (long i = 0; i < parameter.length(); i++) {
        parameter.putScalar(i, parameter.getDouble(i) + 0.3 * random.nextGaussian());
      }
    }
  }

  private static Map<String, INDArray> feeds() {
    Random random = new Random(5);
    INDArray images = Nd4j.create(DataType.DOUBLE, BATCH, 2, 8, 12);
    for (long i = 0; i < images.length(); i++) {
      images.putScalar(i, random.nextGaussian());
    }
    INDArray mask =
        Nd4j.createFromArray(
            new double[][] {{1, 0, 1, 1, 0, 0}, {0, 0, 1, 0, 1, 1}, {1, 1, 1, 1, 0, 1}});
    INDArray dropPath = DropPath.keepAll(CONFIG.depth(), BATCH, DataType.DOUBLE);
    dropPath.putScalar(2, 1, 0);
    dropPath.putScalar(3, 0, 1 / 0.6);
    return Map.of("images", images, "mask", mask, "dropPath", dropPath);
  }
}
