package dev.mto.models.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class WeightMatchTest {
  @Test
  void listsAreInTheOrderOfTheModel() {
    Map<String, long[]> model = new LinkedHashMap<>();
    model.put("z", new long[] {2});
    model.put("mask_token", new long[] {1, 1, 4});
    model.put("pos_embed", new long[] {1, 5, 4});
    model.put("a", new long[] {2});
    model.put("b", new long[] {});
    Map<String, INDArray> file = new LinkedHashMap<>();
    file.put("a", zeros(2));
    file.put("head.weight", zeros(3));
    file.put("pos_embed", zeros(1, 10, 4));
    file.put("z", zeros(2));

    WeightMatch match = match(file, model);

    assertThat(match.matched()).containsExactly("z", "a");
    assertThat(match.missing()).containsExactly("mask_token", "b");
    assertThat(match.unexpected()).containsExactly("head.weight");
    assertThat(match.otherShape())
        .containsExactly(
            new WeightMatch.OtherShape("pos_embed", List.of(1L, 10L, 4L), List.of(1L, 5L, 4L)));
    assertThat(match.complete()).isFalse();
    assertThat(match.report())
        .isEqualTo(
            """
            matched (2)
            missing from the file (2):
              mask_token
              b
            not in the model (1):
              head.weight
            of another shape (1):
              pos_embed: [1, 10, 4] in the file, [1, 5, 4] in the model""");
  }

  @Test
  void aFileWithMoreThanTheModelIsComplete() {
    WeightMatch match = match(Map.of("a", zeros(2), "b", zeros(2)), Map.of("a", new long[] {2}));

    assertThat(match.complete()).isTrue();
    assertThat(match.report()).contains("not in the model (1):\n  b");
  }

  @Test
  void aMatchedScalarIsNotATensorOfOneElement() {
    Map<String, INDArray> file = Map.of("scalar", Nd4j.scalar(1f));

    assertThat(match(file, Map.of("scalar", new long[] {})).complete()).isTrue();
    assertThat(match(file, Map.of("scalar", new long[] {1})).complete()).isFalse();
  }

  @Test
  void equalBlocksBecomeOneLine() {
    List<String> names = new ArrayList<>(List.of("mask_token"));
    for (int i = 0; i < 12; i++) {
      names.add("blocks." + i + ".attn.q_bias");
    }
    names.add("norm.weight");

    assertThat(WeightMatch.shorten(names))
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

    assertThat(WeightMatch.shorten(names))
        .containsExactly(
            "encoder.blocks.0 … encoder.blocks.1.{gamma_1, gamma_2}",
            "decoder.0 … decoder.1.* (5 tensors each)");
  }

  @Test
  void gapsAndDifferencesEndARun() {
    assertThat(
            WeightMatch.shorten(
                List.of("b.10.w", "b.0.w", "b.1.w", "b.3.w", "b.4.v", "b.5.v", "b.9.w")))
        .containsExactly("b.0 … b.1.w", "b.3.w", "b.4 … b.5.v", "b.9 … b.10.w");
  }

  private static INDArray zeros(long... shape) {
    return Nd4j.zeros(DataType.FLOAT, shape);
  }

  private static WeightMatch match(Map<String, INDArray> file, Map<String, long[]> model) {
    return WeightMatch.of(new NamedTensors(file, List.of()), model);
  }
}
