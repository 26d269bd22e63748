package dev.mto.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mto.engine.collective.Collective;
import dev.mto.engine.graph.SeededParameters;
import dev.mto.engine.optimizer.AdamW;
import dev.mto.engine.optimizer.MeanGradients;
import dev.mto.engine.optimizer.ParameterGroup;
import dev.mto.executor.GraphSession;
import dev.mto.models.Parameters;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class AttentivePoolingTest {
  private static final int IMAGES = 3;
  private static final int TOKENS = 5;
  private static final int DIM = 6;
  private static final int CLASSES = 4;

  private static Parameters graph(DataType type, int tokens, int dim, int heads) {
    Parameters parameters = SeededParameters.of(type, 1);
    SDVariable x = parameters.graph().placeHolder("x", type, -1, tokens, dim);
    AttentivePooling.pool(parameters, x, dim, heads).rename("pooled");
    return parameters;
  }

  private static INDArray pooled(Parameters parameters, INDArray tokens) {
    return parameters.graph().output(Map.of("x", tokens), "pooled").get("pooled");
  }

  @Test
  void tokensAreWeighedByTheirLikenessToTheQuery() {
    Parameters parameters = graph(DataType.DOUBLE, 2, 2, 1);
    Map<String, INDArray> arrays = parameters.arrays();
    arrays.get("attentive.query").assign(row(Math.sqrt(2) * Math.log(3), 0).reshape(1, 1, 2));
    arrays.get("attentive.k.weight").assign(Nd4j.eye(2));
    arrays.get("attentive.v.weight").assign(Nd4j.createFromArray(new double[][] {{4, 0}, {0, 8}}));

    // scores ln 3 and 0: weights 3/4 and 1/4
    INDArray tokens = Nd4j.createFromArray(new double[][][] {{{1, 0}, {0, 1}}});
    INDArray pooled = pooled(parameters, tokens);

    assertThat(pooled.shape()).containsExactly(1, 2);
    assertThat(pooled.getDouble(0, 0)).isCloseTo(3, within(1e-12));
    assertThat(pooled.getDouble(0, 1)).isCloseTo(2, within(1e-12));
  }

  private static INDArray row(double... values) {
    return Nd4j.createFromArray(values);
  }

  @Test
  void headsAttendByThemselvesAsWrittenOutInLoops() {
    int heads = 3;
    Parameters parameters = graph(DataType.DOUBLE, TOKENS, DIM, heads);
    enlargeQuery(parameters);
    INDArray tokens = normal(DataType.DOUBLE, 2, IMAGES, TOKENS, DIM);

    double[][] expected = looped(parameters.arrays(), tokens, heads);
    INDArray pooled = pooled(parameters, tokens);

    for (int b = 0; b < IMAGES; b++) {
      for (int d = 0; d < DIM; d++) {
        assertThat(pooled.getDouble(b, d)).isCloseTo(expected[b][d], within(1e-10));
      }
    }
  }

  /** So that weights are far from equal. */
  private static void enlargeQuery(Parameters parameters) {
    INDArray query = parameters.arrays().get("attentive.query");
    query.assign(normal(query.dataType(), 3, query.shape()).muli(3));
  }

  private static double[][] looped(Map<String, INDArray> arrays, INDArray tokens, int heads) {
    int size = DIM / heads;
    INDArray query = arrays.get("attentive.query");
    double[][] pooled = new double[IMAGES][DIM];
    for (int b = 0; b < IMAGES; b++) {
      for (int h = 0; h < heads; h++) {
        double[] weights = new double[TOKENS];
        double sum = 0;
        for (int n = 0; n < TOKENS; n++) {
          double score = 0;
          for (int s = h * size; s < (h + 1) * size; s++) {
            score += query.getDouble(0, 0, s) * projected(arrays, "k", tokens, b, n, s);
          }
          weights[n] = Math.exp(score / Math.sqrt(size));
          sum += weights[n];
        }
        for (int s = h * size; s < (h + 1) * size; s++) {
          for (int n = 0; n < TOKENS; n++) {
            pooled[b][s] += weights[n] / sum * projected(arrays, "v", tokens, b, n, s);
          }
        }
      }
    }
    return pooled;
  }

  private static double projected(
      Map<String, INDArray> arrays, String name, INDArray tokens, int b, int n, int output) {
    double sum = 0;
    for (int d = 0; d < DIM; d++) {
      sum +=
          arrays.get("attentive." + name + ".weight").getDouble(output, d)
              * tokens.getDouble(b, n, d);
    }
    return sum;
  }

  @Test
  void gradientsOfThePlanAreThoseOfFiniteDifferences() {
    int heads = 2;
    Parameters planned = classifier(DataType.FLOAT, heads);
    Parameters exact = classifier(DataType.DOUBLE, heads);
    exact
        .arrays()
        .forEach((name, array) -> array.assign(planned.arrays().get(name).castTo(DataType.DOUBLE)));
    INDArray tokens = normal(DataType.DOUBLE, 4, IMAGES, TOKENS, DIM);
    INDArray targets = Nd4j.zeros(DataType.DOUBLE, IMAGES, CLASSES);
    for (int b = 0; b < IMAGES; b++) {
      targets.putScalar(b, b, 1);
    }
    Map<String, INDArray> feeds = Map.of("x", tokens, "targets", targets);
    int checked = 0;
    try (GraphSession session =
        GraphSession.withGradients(
            planned.graph(), planned.graph().getVariable("loss"), planned.names())) {
      INDArray[] found = new INDArray[planned.names().size()];
      session.run(
          Map.of("x", tokens.castTo(DataType.FLOAT), "targets", targets.castTo(DataType.FLOAT)),
          List.of("loss"),
          values -> {
            int at = 0;
            for (String name : planned.names()) {
              found[at++] = values.get(session.gradientOf(name)).dup();
            }
          });
      int at = 0;
      for (String name : planned.names()) {
        INDArray parameter = exact.arrays().get(name);
        INDArray gradient = found[at++];
        for (long i = 0; i < parameter.length(); i += 3) {
          double value = parameter.getDouble(i);
          parameter.putScalar(i, value + 1e-5);
          double above = loss(exact, feeds);
          parameter.putScalar(i, value - 1e-5);
          double slope = (above - loss(exact, feeds)) / 2e-5;
          parameter.putScalar(i, value);
          assertThat(gradient.getDouble(i)).as(name + " " + i).isCloseTo(slope, within(2e-5));
          checked += Math.abs(slope) > 1e-3 ? 1 : 0;
        }
      }
    }
    assertThat(checked).isGreaterThan(20);
  }

  private static Parameters classifier(DataType type, int heads) {
    Parameters parameters = SeededParameters.of(type, 1);
    SDVariable x = parameters.graph().placeHolder("x", type, -1, TOKENS, DIM);
    SDVariable targets = parameters.graph().placeHolder("targets", type, -1, CLASSES);
    FineTuneGraph.crossEntropy(
        ClassifierHead.attentive(parameters, x, DIM, heads, CLASSES), targets);
    enlargeQuery(parameters);
    INDArray head = parameters.arrays().get("head.weight");
    head.assign(normal(type, 5, head.shape()));
    return parameters;
  }

  private static double loss(Parameters parameters, Map<String, INDArray> feeds) {
    return parameters.graph().output(feeds, "loss").get("loss").getDouble(0);
  }

  /**
   * Of every image one token, somewhere, is marked; the class is written in it, noise in others.
   */
  @Test
  void itLearnsWhichTokenToLookAt() {
    int images = 400;
    float[][][] tokens = new float[images][TOKENS][DIM];
    float[][] targets = new float[images][2];
    Random random = new Random(6);
    for (int b = 0; b < images; b++) {
      int marked = random.nextInt(TOKENS);
      for (int n = 0; n < TOKENS; n++) {
        for (int d = 0; d < DIM; d++) {
          tokens[b][n][d] = (float) random.nextGaussian() * 0.1f;
        }
        boolean second = random.nextBoolean();
        tokens[b][n][0] += n == marked ? 2 : 0;
        tokens[b][n][1] += second ? 1 : -1;
        if (n == marked) {
          targets[b][second ? 1 : 0] = 1;
        }
      }
    }
    Parameters parameters = SeededParameters.of(DataType.FLOAT, 1);
    SDVariable x = parameters.graph().placeHolder("x", DataType.FLOAT, -1, TOKENS, DIM);
    SDVariable y = parameters.graph().placeHolder("targets", DataType.FLOAT, -1, 2);
    FineTuneGraph.crossEntropy(ClassifierHead.attentive(parameters, x, DIM, 1, 2), y);
    Map<String, INDArray> feeds =
        Map.of("x", Nd4j.createFromArray(tokens), "targets", Nd4j.createFromArray(targets));
    double[] losses = new double[2];
    try (GraphSession session =
            GraphSession.withGradients(
                parameters.graph(), parameters.graph().getVariable("loss"), parameters.names());
        MeanGradients gradients = new MeanGradients(Collective.alone());
        AdamW optimizer =
            new AdamW(parameters.arrays(), name -> ParameterGroup.of(false), 0.9, 0.999, 1e-8, 0)) {
      for (int step = 0; step <= 300; step++) {
        int at = step == 0 ? 0 : 1;
        session.run(
            feeds,
            List.of("loss"),
            values -> {
              losses[at] = values.get("loss").getDouble(0);
              gradients.add(
                  MeanGradients.of(session, values), 0, 1, mean -> optimizer.step(mean, 0.03, 1));
            });
      }
    }
    assertThat(losses[0]).isCloseTo(Math.log(2), within(0.02));
    assertThat(losses[1]).isLessThan(0.01);
  }

  private static INDArray normal(DataType type, long seed, long... shape) {
    INDArray values = Nd4j.create(DataType.DOUBLE, shape);
    Random random = new Random(seed);
    for (long i = 0; i < values.length(); i++) {
      values.putScalar(i, random.nextGaussian());
    }
    return values.castTo(type);
  }
}
