package dev.mto.engine.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.oracle.Oracle;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

/** Schedules against values of the official implementations. */
class LearningRateTest {
  private static final JsonNode REFERENCE =
      Oracle.json(Oracle.folder("e_training").resolve("lr_schedules.json"));

  @Test
  void multistepEqualsTheOfficialSimMimSchedule() {
    JsonNode reference = REFERENCE.get("simmim_multistep");
    JsonNode config = reference.get("config");
    double warmup = config.get("warmup_lr_scaled").asDouble();
    LearningRate rate =
        LearningRate.multiStep(
            config.get("base_lr_scaled").asDouble(),
            warmup,
            config.get("warmup_steps").asLong(),
            new long[] {config.get("milestones").get(0).asLong()},
            config.get("gamma").asDouble());

    // the official scheduler is stepped after the optimizer: iteration t + 1 runs with the value t
    for (int i = 0; i < reference.get("t").size(); i++) {
      long t = reference.get("t").get(i).asLong();
      double expected = reference.get("lr").get(i).asDouble();
      assertThat(rate.at(t + 1)).as("t = " + t).isCloseTo(expected, within(1e-15));
    }
    assertThat(rate.at(0)).isEqualTo(warmup);
  }

  @Test
  void cosineEqualsTheOfficialMaeSchedule() {
    long stepsPerEpoch = 1000;
    for (JsonNode reference : REFERENCE.get("mae")) {
      JsonNode config = reference.get("config");
      long warmupSteps = config.get("warmup_epochs").asLong() * stepsPerEpoch;
      long steps = config.get("epochs").asLong() * stepsPerEpoch;
      LearningRate rate =
          LearningRate.cosine(
              config.get("lr").asDouble(), 0, config.get("min_lr").asDouble(), warmupSteps, steps);
      for (int i = 0; i < reference.get("lr").size(); i++) {
        double epoch = reference.get("fractional_epoch").get(i).asDouble();
        double expected = reference.get("lr").get(i).asDouble();
        assertThat(rate.at(Math.round(epoch * stepsPerEpoch)))
            .as("epoch " + epoch)
            .isCloseTo(expected, within(1e-14));
      }
    }
  }

  @Test
  void cosineLinspaceEqualsTheScheduleOfBootMaeAndConMim() {
    JsonNode reference = REFERENCE.get("bootmae_conmim");
    JsonNode config = reference.get("config");
    long stepsPerEpoch = config.get("niter_per_epoch").asLong();
    LearningRate rate =
        LearningRate.cosineLinspace(
            config.get("base").asDouble(),
            0,
            config.get("final").asDouble(),
            config.get("warmup_epochs").asLong() * stepsPerEpoch,
            config.get("epochs").asLong() * stepsPerEpoch);
    JsonNode expected = reference.get("lr_per_iteration");
    assertThat(expected.size())
        .isEqualTo(config.get("epochs").asInt() * config.get("niter_per_epoch").asInt());
    for (int step = 0; step < expected.size(); step++) {
      assertThat(rate.at(step))
          .as("step " + step)
          .isCloseTo(expected.get(step).asDouble(), within(1e-15));
    }
  }

  @Test
  void timmsCosineEqualsThatOfSimMimsFineTuningLayerByLayer() throws IOException {
    JsonNode reference;
    try (InputStream in =
        LearningRateTest.class.getResourceAsStream("/oracle/timm_cosine/reference.json")) {
      reference = new ObjectMapper().readTree(in);
    }
    LearningRate rate =
        new TimmCosine(
            reference.get("base").asDouble(),
            reference.get("warmup").asDouble(),
            reference.get("least").asDouble(),
            reference.get("warmup_steps").asLong(),
            reference.get("steps").asLong());
    JsonNode expected = reference.get("rates_by_iteration");
    assertThat(expected.size()).isEqualTo(reference.get("steps").asInt() + 2);
    for (int step = 0; step < expected.size(); step++) {
      for (int group = 0; group < reference.get("scales").size(); group++) {
        assertThat(rate.at(step, reference.get("scales").get(group).asDouble()))
            .as("step %d, group %d", step, group)
            .isCloseTo(expected.get(step).get(group).asDouble(), within(1e-15));
      }
    }
    assertThat(rate.at(20)).isEqualTo(rate.at(20, 1));
  }

  @Test
  void otherSchedulesAreScaledAsAWhole() {
    LearningRate rate = LearningRate.cosine(0.1, 0.01, 0.001, 2, 10);

    assertThat(rate.at(7, 0.25)).isEqualTo(0.25 * rate.at(7));
  }

  @Test
  void cosineWithoutWarmupStartsAtTheBaseAndEndsAtTheLeast() {
    LearningRate rate = LearningRate.cosine(0.1, 0.01, 0.001, 0, 10);

    assertThat(rate.at(0)).isEqualTo(0.1);
    assertThat(rate.at(10)).isCloseTo(0.001, within(1e-12));
    assertThat(rate.at(11)).isCloseTo(0.001, within(1e-12));
  }
}
