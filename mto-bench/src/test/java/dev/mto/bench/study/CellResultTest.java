package dev.mto.bench.study;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.bench.study.CellResult.Weights;
import dev.mto.engine.Baselines;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.MtoConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CellResultTest {
  @TempDir private Path run;

  @Test
  void weightsByGradientShareAreThoseThatTheRunHad() throws IOException {
    Files.writeString(
        run.resolve("metrics.jsonl"),
        """
        {"step":1,"mto_weight.spa":0,"mto_weight.e":0,"mto_weight.r":0}
        {"step":2,"mto_weight.spa":0.5,"mto_weight.e":0,"mto_weight.r":0.25}
        {"step":3,"mto_weight.spa":0,"mto_weight.e":0,"mto_weight.r":0.125}
        """);

    assertThat(CellResult.weights(mto("mto.gradient_share=0.03"), run))
        .isEqualTo(new Weights(0.5, 0, 0.25));
    assertThat(CellResult.weights(mto("mto.weights.r=0.7"), run).r()).isEqualTo(0.7);
    assertThat(CellResult.weights(mto("mto.enabled=false"), run)).isEqualTo(new Weights(0, 0, 0));
  }

  @Test
  void aRunWithoutAStepHasNoWeightsByGradientShare() {
    assertThat(CellResult.weights(mto("mto.gradient_share=0.03"), run))
        .isEqualTo(new Weights(0, 0, 0));
  }

  private MtoConfig mto(String setting) {
    return ConfigLoader.load(
            Path.of("../configs/mae-tiny.yaml"),
            List.of(setting),
            name -> Baselines.named(name).recipe())
        .mto();
  }
}
