package dev.mto.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.mto.executor.TinyModel.Kind;
import dev.mto.executor.cuda.EmulatedCuda;
import dev.mto.executor.kernels.KernelSets;
import dev.mto.executor.memory.NotEnoughMemoryException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;

/** A batch for which the memory of a GPU is too small is refused with the largest that fits. */
@EnabledIf(
    value = "dev.mto.executor.cuda.EmulatedCuda#isPossible",
    disabledReason = EmulatedCuda.NEEDS)
class TooLargeBatchTest {
  private static final Pattern MESSAGE =
      Pattern.compile(
          "[a-z ]+ on emulated GPU 0 needs [0-9.]+ MB of memory, and"
              + " [0-9.]+ MB are available; that is for (\\d+) images at a time, (\\d+) would fit");
  private static final int IMAGES = 500;

  /** As many images as the weights, which are counted beside the batch, take the memory of. */
  private static final int WEIGHTS = 3;

  private EmulatedCuda emulated;
  private String before;

  @BeforeEach
  void bind() {
    emulated = EmulatedCuda.bind().set("megabytes", 32 + 4); // the former for products
    before = System.setProperty(KernelSets.PROPERTY, "cuda");
  }

  @AfterEach
  void restore() {
    emulated.set("megabytes", 8192).set("bytes", 0);
    if (before == null) {
      System.clearProperty(KernelSets.PROPERTY);
    } else {
      System.setProperty(KernelSets.PROPERTY, before);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void isRefusedWithTheLargestThatFits(Kind kind) {
    TinyModel model = kind.build(DataType.FLOAT);
    try (GraphSession session = model.session()) {
      int fits = fitting(session, model, IMAGES);
      assertThat(fits).isBetween(2, IMAGES / 2);
      assertThat(fitting(session, model, fits + WEIGHTS)).as("for some more").isEqualTo(fits);
      assertThatThrownBy(() -> run(session, model, 3 * IMAGES))
          .as("for many more")
          .hasMessageEndingWith(" %d would fit", fits);
    }
  }

  /** Which is with what the model has already, and without what the refused batch had. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void anEarlierBatchRunsAsBeforeAfterARefusalAndTheLargestThatFitsDoes(Kind kind) {
    TinyModel model = kind.build(DataType.FLOAT);
    emulated.set("megabytes", 32 + 3);
    int fits;
    try (GraphSession session = model.session()) {
      fits = fitting(session, model, IMAGES);
    }
    try (GraphSession session = model.session()) {
      Results before = results(session, model);
      assertThat(fitting(session, model, IMAGES)).isEqualTo(fits);
      results(session, model).assertCloseTo(before, 0);
      assertThat(fitting(session, model, fits + 1)).isEqualTo(fits);
      run(session, model, fits);
      results(session, model).assertCloseTo(before, 0);
    }
  }

  /** So that what fits does so whatever was run before. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void whatEarlierBatchesHaveGivesWay(Kind kind) {
    TinyModel model = kind.build(DataType.FLOAT);
    long all;
    try (GraphSession session = model.session()) {
      run(session, model, 8);
      all = emulated.bytes(0);
    }
    emulated.set("megabytes", 0).set("bytes", (int) all);
    try (GraphSession session = model.session()) {
      run(session, model, 7);
      run(session, model, 8);
    }
  }

  private static Results results(GraphSession session, TinyModel model) {
    return Results.of(session, model.feeds(2, 1), model.values());
  }

  private static int fitting(GraphSession session, TinyModel model, int images) {
    Throwable refusal = catchThrowable(() -> run(session, model, images));
    assertThat(refusal).isInstanceOf(NotEnoughMemoryException.class);
    Matcher message = MESSAGE.matcher(refusal.getMessage());
    assertThat(refusal.getMessage()).matches(MESSAGE);
    assertThat(message.matches()).isTrue();
    assertThat(message.group(1)).isEqualTo(Integer.toString(images));
    return Integer.parseInt(message.group(2));
  }

  private static void run(GraphSession session, TinyModel model, int images) {
    session.run(model.feeds(images, 1), List.of(model.loss()), values -> {});
  }
}
