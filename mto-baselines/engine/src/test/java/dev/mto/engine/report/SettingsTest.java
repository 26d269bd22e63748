package dev.mto.engine.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class SettingsTest {
  @Test
  void onlySettingsThatDifferAreListed() throws IOException {
    assertThat(
            Settings.differing(
                List.of(
                    tree("training: {epochs: 20, clip: 1.0e-6, betas: [0.9, 0.95]}\nseed: 1"),
                    tree("training: {epochs: 40, clip: 0.000001, betas: [0.9, 0.999]}\nseed: 1"))))
        .containsExactly(
            List.of("training.epochs", "20", "40"),
            List.of("training.betas", "[0.9, 0.95]", "[0.9, 0.999]"));
  }

  @Test
  void aSettingThatOneDoesNotHaveDiffers() throws IOException {
    assertThat(
            Settings.differing(
                List.of(tree("a: 1\nb: null"), tree("a: 1.0\nb: null"), tree("a: 1"))))
        .containsExactly(List.of("b", "null", "null", ""));
  }

  private static JsonNode tree(String yaml) throws IOException {
    return new YAMLMapper().readTree(yaml);
  }
}
