package dev.mto.evaluation.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.encoder.FeatureTable;
import dev.mto.engine.encoder.Scores;
import dev.mto.engine.errors.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

/** Against scikit-learn's LogisticRegression; make.py beside the reference made it. */
class LogisticRegressionTest {
  private static JsonNode reference;

  @BeforeAll
  static void read() throws IOException {
    try (InputStream in =
        LogisticRegressionTest.class.getResourceAsStream(
            "/oracle/logistic_regression/reference.json")) {
      reference = new ObjectMapper().readTree(in);
    }
  }

  @Test
  void theFitIsThatOfScikitLearn() {
    int classes = reference.get("classes").asInt();
    for (JsonNode expected : reference.get("fits")) {
      double c = expected.get("c").asDouble();
      try (FeatureTable train = table("train", "train_labels");
          FeatureTable queries = table("queries", "query_labels")) {
        CrossEntropy objective = new CrossEntropy(train, every(train), classes, c);

        Lbfgs.Minimum fit =
            LogisticRegression.solve(
                objective, Curvature.of(objective), new double[objective.variables()]);

        assertThat(fit.gradientNorm()).isLessThanOrEqualTo(LogisticRegression.TOLERANCE);
        double theirs = expected.get("objective").asDouble() / (c * train.size());
        assertThat(fit.value()).as("objective, C " + c).isCloseTo(theirs, within(1e-8 * theirs));
        assertThat(weight(fit, 3, 2, classes))
            .isCloseTo(expected.at("/coefficients/2/3").asDouble(), within(2e-3));
        assertThat(objective.predictions(fit.point()))
            .isEqualTo(ints(expected.get("train_predictions")));
        assertThat(new CrossEntropy(queries, every(queries), classes, c).predictions(fit.point()))
            .isEqualTo(ints(expected.get("query_predictions")));
      }
    }
  }

  @Test
  void theMinimumIsTheSameByTheDiagonalOfTheCurvatureAlone() {
    try (FeatureTable train = table("train", "train_labels")) {
      CrossEntropy objective =
          new CrossEntropy(train, every(train), reference.get("classes").asInt(), 0.1);
      double[] start = new double[objective.variables()];
      Lbfgs.Minimum byAxes =
          LogisticRegression.solve(objective, Curvature.of(objective), start.clone());

      Lbfgs.Minimum byDiagonal =
          LogisticRegression.solve(objective, Curvature.of(objective, 0), start.clone());

      assertThat(byDiagonal.gradientNorm()).isLessThanOrEqualTo(LogisticRegression.TOLERANCE);
      assertThat(byDiagonal.value()).isCloseTo(byAxes.value(), within(1e-9));
      assertThat(byDiagonal.iterations()).as("another way").isGreaterThan(byAxes.iterations());
    }
  }

  @Test
  void standardisedFeaturesAreClassifiedAsBehindAStandardScaler() {
    for (JsonNode expected : reference.get("fits")) {
      List<LinearFit> told = new ArrayList<>();
      double c = expected.get("c").asDouble();

      Scores scores = classify(LogisticRegression.of(c).telling(told::add));

      assertThat(scores.top1())
          .as("C " + c)
          .isCloseTo(expected.get("standardised_query_accuracy").asDouble(), within(1e-9));
      assertThat(told).singleElement().extracting(LinearFit::heldOutTop1).isNull();
      assertThat(told.get(0).gradientNorm()).isBetween(0.0, LogisticRegression.TOLERANCE);
    }
  }

  @Test
  void cIsTheOneThatClassifiesMostHeldOutImagesRight() {
    List<LinearFit> told = new ArrayList<>();

    Scores scores = classify(LogisticRegression.usual(1).telling(told::add));
    classify(LogisticRegression.usual(1).telling(told::add));

    assertThat(told.get(0)).as("again the same").isEqualTo(told.get(1));
    assertThat(told.get(0).heldOutTop1()).isBetween(0.5, 1.0);
    assertThat(told.get(0).trainingTop1()).isBetween(0.5, 1.0);
    assertThat(told.get(0).c()).as("no chance by so strong a penalty").isGreaterThan(1e-4);
    assertThat(classify(LogisticRegression.of(told.get(0).c())))
        .as("it is fitted again on all")
        .isEqualTo(scores);
    assertThat(told.get(0).describe()).contains("held-out top-1").contains("gradient norm");
  }

  @Test
  void theGradientIsThatOfFiniteDifferences() {
    try (FeatureTable train = table("train", "train_labels")) {
      int[] some = IntStream.range(0, 50).map(i -> 3 * i).toArray();
      CrossEntropy objective = new CrossEntropy(train, some, 4, 0.3);
      double[] point = new Random(5).doubles(objective.variables(), -1, 1).toArray();
      double[] gradient = new double[point.length];
      objective.at(point, gradient);
      for (int i = 0; i < point.length; i++) {
        double[] moved = point.clone();
        moved[i] = point[i] + 1e-5;
        double above = objective.at(moved, new double[point.length]);
        moved[i] = point[i] - 1e-5;
        double below = objective.at(moved, new double[point.length]);
        assertThat(gradient[i]).isCloseTo((above - below) / 2e-5, within(1e-8));
      }
    }
  }

  @Test
  void aProblemThatDoesNotComeToTheToleranceIsRefused() {
    Objective steep =
        (point, gradient) -> {
          gradient[0] = -Math.exp(-point[0] / 1e9);
          return 1e9 * Math.exp(-point[0] / 1e9);
        };

    Lbfgs.Minimum end = new Lbfgs(1e-6, 3, vector -> vector.clone()).minimise(steep, 0);

    assertThat(end.iterations()).isEqualTo(3);
    assertThat(end.gradientNorm()).isGreaterThan(1e-6);
    assertThatThrownBy(() -> LogisticRegression.of(0)).isInstanceOf(UserException.class);
  }

  private static Scores classify(LogisticRegression classifier) {
    List<String> names =
        IntStream.range(0, reference.get("classes").asInt()).mapToObj(k -> "class " + k).toList();
    try (FeatureTable train = table("train", "train_labels");
        FeatureTable queries = table("queries", "query_labels")) {
      return classifier.classify(train, queries, names);
    }
  }

  private static double weight(Lbfgs.Minimum fit, int feature, int of, int classes) {
    return fit.point()[feature * classes + of];
  }

  private static FeatureTable table(String rows, String labels) {
    float[][] values = new float[reference.get(rows).size()][];
    Arrays.setAll(values, i -> floats(reference.get(rows).get(i)));
    return FeatureTable.of(Nd4j.createFromArray(values), ints(reference.get(labels)));
  }

  private static int[] every(FeatureTable table) {
    return IntStream.range(0, table.size()).toArray();
  }

  private static float[] floats(JsonNode numbers) {
    float[] values = new float[numbers.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) numbers.get(i).asDouble();
    }
    return values;
  }

  private static int[] ints(JsonNode numbers) {
    return IntStream.range(0, numbers.size()).map(i -> numbers.get(i).asInt()).toArray();
  }
}
