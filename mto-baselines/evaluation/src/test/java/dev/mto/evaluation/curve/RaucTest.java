package dev.mto.evaluation.curve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RaucTest {
  @Test
  void isThatOfTheOracle() throws IOException {
    JsonNode oracle;
    try (InputStream in = RaucTest.class.getResourceAsStream("/oracle/a_rauc/rauc.json")) {
      oracle = new ObjectMapper().readTree(in);
    }
    int compared = 0;
    for (JsonNode each : oracle.get("cases")) {
      AccuracyCurve baseline = curve(each.get("epochs"), each.get("S1"));
      AccuracyCurve target = curve(each.get("epochs"), each.get("S2"));
      for (JsonNode result : each.get("results")) {
        double from = result.get("E1").asDouble();
        double to = result.get("E2").asDouble();
        Rauc rauc = Rauc.of(baseline, target, from, to);
        assertThat(rauc.improvement())
            .isCloseTo(result.get("printed_eq8").asDouble(), within(1e-11));
        assertThat(rauc.ratio()).isCloseTo(result.get("one_plus_eq8").asDouble(), within(1e-11));
        compared++;
      }
    }
    assertThat(compared).isGreaterThan(4);
  }

  @Test
  void areasAddUpAndAPointOnALineChangesNothing() {
    Random random = new Random(4);
    for (int trial = 0; trial < 100; trial++) {
      Map<Double, Double> points = new TreeMap<>();
      for (int i = 0; i < 6; i++) {
        points.put(i * 10.0, random.nextDouble());
      }
      AccuracyCurve curve = new AccuracyCurve(points);
      double from = 5 * random.nextDouble();
      double middle = 10 + 20 * random.nextDouble();
      double to = 40 + 10 * random.nextDouble();
      double whole = curve.integral(from, to);
      assertThat(curve.integral(from, middle) + curve.integral(middle, to))
          .isCloseTo(whole, within(1e-12));

      points.put(middle, curve.at(middle));
      assertThat(new AccuracyCurve(points).integral(from, to)).isCloseTo(whole, within(1e-12));
    }
  }

  @Test
  void aTargetTwiceAsFastSavesHalf() {
    AccuracyCurve baseline = new AccuracyCurve(Map.of(0.0, 0.0, 800.0, 80.0));
    AccuracyCurve target = new AccuracyCurve(Map.of(0.0, 0.0, 400.0, 80.0, 800.0, 80.0));

    Rauc rauc = Rauc.of(baseline, target, 0, 400);

    assertThat(rauc.ratio()).isCloseTo(2, within(1e-12));
    assertThat(rauc.epochsToBaseline()).isCloseTo(400, within(1e-9));
    assertThat(rauc.reduction()).isCloseTo(0.5, within(1e-12));
    assertThat(Rauc.of(baseline, baseline, 0, 400).ratio()).isEqualTo(1);
    assertThat(Rauc.of(target, baseline, 0, 400).reduction()).isEqualTo(0);
  }

  @Test
  void whatHasNoAnswerIsRefusedWithTheReason() {
    AccuracyCurve rising = new AccuracyCurve(Map.of(100.0, 1.0, 400.0, 2.0));
    AccuracyCurve flat = new AccuracyCurve(Map.of(100.0, 1.0, 400.0, 1.0));

    assertThatThrownBy(() -> Rauc.of(rising, rising, 400, 100))
        .hasMessageContaining("must be below");
    assertThatThrownBy(() -> Rauc.of(rising, flat, 50, 400))
        .hasMessageContaining("the baseline's curve covers epochs 100 to 400 only");
    assertThatThrownBy(() -> Rauc.of(flat, rising, 100, 400)).hasMessageContaining("does not rise");
    assertThatThrownBy(() -> new AccuracyCurve(Map.of(1.0, 1.0)))
        .hasMessageContaining("two epochs");
  }

  @Test
  void theSpreadIsTheSamplesStandardDeviation() {
    assertThat(SeedSummary.of(1, 2, 3)).isEqualTo(new SeedSummary(3, 2, 1));
    assertThat(SeedSummary.of(2).deviation()).isNaN();
  }

  private static AccuracyCurve curve(JsonNode epochs, JsonNode accuracies) {
    Map<Double, Double> points = new TreeMap<>();
    for (int i = 0; i < epochs.size(); i++) {
      points.put(epochs.get(i).asDouble(), accuracies.get(i).asDouble());
    }
    return new AccuracyCurve(points);
  }
}
