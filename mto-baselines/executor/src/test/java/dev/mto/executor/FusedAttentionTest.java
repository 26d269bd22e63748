package dev.mto.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.executor.TinyModel.Kind;
import dev.mto.executor.cuda.EmulatedCuda;
import dev.mto.executor.kernels.FusedAttention;
import dev.mto.executor.kernels.Products;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;

/** Plans with attention in one kernel, against the same with its products and softmax. */
@EnabledIf(
    value = "dev.mto.executor.cuda.EmulatedCuda#isPossible",
    disabledReason = EmulatedCuda.NEEDS)
class FusedAttentionTest {
  private static final SessionOptions PROFILED = SessionOptions.defaults().profiled();
  private static final List<String> KINDS = List.of("attention", "attention gradient");

  @AfterEach
  void restore() {
    System.clearProperty(FusedAttention.PROPERTY);
  }

  /** A session with attention as a system property says. */
  private static GraphSession session(TinyModel model, String choice, SessionOptions options) {
    System.setProperty(FusedAttention.PROPERTY, choice);
    return model.session(options);
  }

  /** SimMIM's with relative positions; MAE's decoder with attention to other tokens. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void valuesAndGradientsAreThoseOfProductsAndSoftmaxWithinRounding(Kind kind) {
    TinyModel model = kind.build(DataType.FLOAT);
    EmulatedCuda.during(
        gpu -> {
          try (GraphSession fused = session(model, "fused", PROFILED);
              GraphSession plain = session(model, "plain", PROFILED)) {
            for (int images : new int[] {3, 1}) {
              Results expected = Results.of(plain, model.feeds(images, 1), model.values());
              Results found = Results.of(fused, model.feeds(images, 1), model.values());
              found.assertCloseTo(expected, 3e-5);
            }
            assertThat(fused.profile()).containsKeys(KINDS.toArray(String[]::new));
            assertThat(plain.profile()).doesNotContainKeys(KINDS.toArray(String[]::new));
            assertThat(fused.productFlops()).isEqualTo(plain.productFlops());
          }
          return null;
        });
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void scoresTakeNoMemory(Kind kind) {
    TinyModel model = kind.build(DataType.FLOAT);
    EmulatedCuda.during(
        gpu -> {
          try (GraphSession fused = session(model, "fused", PROFILED);
              GraphSession plain = session(model, "plain", PROFILED)) {
            Results.of(fused, model.feeds(10, 1), List.of(model.loss()));
            Results.of(plain, model.feeds(10, 1), List.of(model.loss()));
            assertThat(fused.bytesHeld()).isLessThan(plain.bytesHeld());
          }
          return null;
        });
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void sessionsAndRecomputationGiveTheSameBits(Kind kind) {
    TinyModel model = kind.build(DataType.FLOAT);
    EmulatedCuda.during(
        gpu -> {
          try (GraphSession one = session(model, "fused", PROFILED);
              GraphSession recomputed = session(model, "fused", PROFILED.withRecompute(true))) {
            Results results = Results.of(one, model.feeds(3, 1), model.values());
            results.assertSameBitsAs(Results.of(one, model.feeds(3, 1), model.values()));
            results.assertSameBitsAs(Results.of(recomputed, model.feeds(3, 1), model.values()));
            assertThat(recomputed.profile()).containsKeys(KINDS.toArray(String[]::new));
          }
          return null;
        });
  }

  /** Whose products are by far faster than arithmetic of float32. */
  @ParameterizedTest
  @EnumSource(
      value = Products.class,
      names = {"TF32", "BFLOAT16"})
  void productsOfRoundedOperandsStayProducts(Products products) {
    TinyModel model = Kind.ENCODER.build(DataType.FLOAT);
    EmulatedCuda.during(
        gpu -> {
          try (GraphSession session = session(model, "fused", PROFILED.withProducts(products))) {
            Results.of(session, model.feeds(2, 1), List.of(model.loss()));
            assertThat(session.profile())
                .containsKeys("softmax", "softmax gradient")
                .doesNotContainKeys(KINDS.toArray(String[]::new));
          }
          return null;
        });
  }

  /** An A100, whose arithmetic of float32 is slow beside its memory. */
  @Test
  void aGpuMayBeFasterWithProductsUnlessItIsTold() {
    TinyModel model = Kind.ENCODER.build(DataType.FLOAT);
    EmulatedCuda.during(
        gpu -> {
          gpu.set("capability", 80);
          try (GraphSession decided = model.session(PROFILED)) {
            Results.of(decided, model.feeds(1, 1), List.of(model.loss()));
            assertThat(decided.profile()).doesNotContainKeys(KINDS.toArray(String[]::new));
          }
          try (GraphSession told = session(model, "fused", PROFILED)) {
            Results.of(told, model.feeds(1, 1), List.of(model.loss()));
            assertThat(told.profile()).containsKeys(KINDS.toArray(String[]::new));
          } finally {
            gpu.set("capability", 90);
          }
          return null;
        });
  }

  @Test
  void anUnknownChoiceIsRefused() {
    System.setProperty(FusedAttention.PROPERTY, "fast");
    assertThatThrownBy(FusedAttention::choice)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("-Dmto.attention=fast is not known; give fused or plain");
  }
}
