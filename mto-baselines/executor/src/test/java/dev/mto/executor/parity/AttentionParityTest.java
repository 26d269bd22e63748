package dev.mto.executor.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mto.executor.kernels.FusedAttention;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.TestedKernels;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attention in one kernel against double, for tokens and heads that do and do not fill tiles. */
class AttentionParityTest {
  private final Kernels kernels = TestedKernels.require();

  @AfterEach
  void close() {
    kernels.close();
  }

  private FusedAttention attention() {
    Optional<FusedAttention> attention = kernels.fusedAttention();
    assumeTrue(attention.isPresent(), "products and softmax one by one");
    return attention.orElseThrow();
  }

  @ParameterizedTest(name = "{0} images of {1} tokens, {2} heads of width {3}")
  @CsvSource({
    "2, 4, 1, 1",
    "3, 9, 2, 12",
    "2, 32, 2, 32",
    "1, 33, 3, 33",
    "2, 50, 2, 64",
    "1, 65, 1, 40",
    "2, 41, 1, 80",
    "1, 64, 1, 128",
    "1, 197, 1, 64",
  })
  void resultsAndGradientsAgree(int images, int tokens, int heads, int width) {
    List<ParityResult> results = new ArrayList<>();
    ModelShapes shapes = new ModelShapes(images, tokens, heads * width, heads, 1);
    new AttentionParity(kernels, attention(), shapes, results).checkAll();
    assertThat(results)
        .hasSize(11)
        .allSatisfy(result -> assertThat(result.error()).as(result.kernel()).isLessThan(3e-6));
  }

  @Test
  void headsThatAreTooWideAreRefused() {
    assertThat(attention().takes(128)).isTrue();
    assertThat(attention().takes(129)).isFalse();
  }
}
