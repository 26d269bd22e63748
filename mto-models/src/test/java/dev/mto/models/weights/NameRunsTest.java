package dev.mto.models.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NameRunsTest {
  @Test
  void equalBlocksBecomeOneLine() {
    List<String> names = new ArrayList<>(List.of("mask_token"));
    for (int i = 0; i < 12; i++) {
      names.add("blocks." + i + ".attn.q_bias");
    }
    names.add("norm.weight");

    assertThat(NameRuns.shorten(names))
        .containsExactly("mask_token", "blocks.0 … blocks.11.attn.q_bias", "norm.weight");
  }

  @Test
  void aFewNamesOfABlockAreListedAndManyCounted() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      names.add("encoder.blocks." + i + ".gamma_1");
      names.add("encoder.blocks." + i + ".gamma_2");
      for (String part : List.of("a", "b", "c", "d", "e")) {
        names.add("decoder." + i + "." + part);
      }
    }

    assertThat(NameRuns.shorten(names))
        .containsExactly(
            "encoder.blocks.0 … encoder.blocks.1.{gamma_1, gamma_2}",
            "decoder.0 … decoder.1.* (5 tensors each)");
  }

  @Test
  void gapsAndDifferencesEndARun() {
    assertThat(
            NameRuns.shorten(
                List.of("b.10.w", "b.0.w", "b.1.w", "b.3.w", "b.4.v", "b.5.v", "b.9.w")))
        .containsExactly("b.0 … b.1.w", "b.3.w", "b.4 … b.5.v", "b.9 … b.10.w");
  }
}
