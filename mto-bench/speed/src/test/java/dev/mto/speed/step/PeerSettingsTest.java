package dev.mto.speed.step;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PeerSettingsTest {
  private static final PeerSettings SPINNING = new PeerSettings(Waiting.SPINNING, false);
  private static final PeerSettings WIDE = new PeerSettings(Waiting.PASSIVE, true);

  @Test
  void theFastestIsTaken() {
    assertThat(PeerSettings.fastest(Map.of(PeerSettings.USUAL, 654.0, SPINNING, 502.0)))
        .isEqualTo(SPINNING);
    assertThat(
            PeerSettings.fastest(Map.of(PeerSettings.USUAL, 400.0, SPINNING, 1829.0, WIDE, 300.0)))
        .isEqualTo(WIDE);
  }

  @Test
  void openBlasIsToldToMultiplyByAvx512OnlyWhereThatIsAsked() {
    Map<String, String> environment = new HashMap<>(Map.of("OPENBLAS_CORETYPE", "HASWELL"));

    PeerSettings.USUAL.apply(environment);
    assertThat(environment).doesNotContainKey("OPENBLAS_CORETYPE");

    WIDE.apply(environment);
    assertThat(environment)
        .containsEntry("OPENBLAS_CORETYPE", "SKYLAKEX")
        .containsEntry("OMP_WAIT_POLICY", "PASSIVE");
  }
}
