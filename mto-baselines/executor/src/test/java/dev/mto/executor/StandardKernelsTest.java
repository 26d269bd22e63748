package dev.mto.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.executor.TinyModel.Kind;
import dev.mto.executor.kernels.KernelSets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

/** The system property that switches plans off is read when a session is made. */
class StandardKernelsTest {
  private final TinyModel model = Kind.ENCODER.build(DataType.FLOAT);
  private String before;

  @BeforeEach
  void remember() {
    before = System.getProperty(KernelSets.PROPERTY);
  }

  @AfterEach
  void restore() {
    choose(before);
  }

  @Test
  void aSessionWithoutFastKernelsWorksAndHasNoPlan() {
    choose("standard");
    try (GraphSession session = model.session(SessionOptions.defaults().profiled());
        GraphSession standard = model.session(SessionOptions.standard())) {
      Results results = Results.of(session, model.feeds(2, 1), model.values());

      results.assertSameBitsAs(Results.of(standard, model.feeds(2, 1), model.values()));
      assertThat(results.gradients()).containsOnlyKeys(model.parameters());
      assertThat(Plans.isCompiled(session, model.parameters())).isFalse();
      assertThat(session.profile()).isEmpty();
    }
  }

  @Test
  void aSessionMadeWithFastKernelsKeepsItsPlan() {
    Plans.assumeFast();
    try (GraphSession session = model.session(SessionOptions.defaults().profiled())) {
      choose("standard");
      Results.of(session, model.feeds(2, 1), model.values());

      assertThat(Plans.isCompiled(session, model.parameters())).isTrue();
      assertThat(session.profile()).isNotEmpty();
    }
  }

  private static void choose(String kernels) {
    if (kernels == null) {
      System.clearProperty(KernelSets.PROPERTY);
    } else {
      System.setProperty(KernelSets.PROPERTY, kernels);
    }
  }
}
