package dev.mto.speed.step;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WaitingTest {

  @Test
  void spinningReplacesThePolicyOfTheLauncher() {
    Map<String, String> environment = new HashMap<>(Map.of("OMP_WAIT_POLICY", "PASSIVE"));

    Waiting.SPINNING.apply(environment);
    assertThat(environment).doesNotContainKey("OMP_WAIT_POLICY").containsKey("GOMP_SPINCOUNT");

    Waiting.PASSIVE.apply(environment);
    assertThat(environment).containsEntry("OMP_WAIT_POLICY", "PASSIVE");
  }
}
