package dev.mto.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.executor.TinyModel.Kind;
import dev.mto.executor.cuda.EmulatedCuda;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Which variables of a graph a device is given in a run where no state has them. */
@EnabledIf(
    value = "dev.mto.executor.cuda.EmulatedCuda#isPossible",
    disabledReason = EmulatedCuda.NEEDS)
class StoredOnDeviceTest {
  private static final int IMAGES = 2;

  private final TinyModel model = Kind.ENCODER.build(DataType.FLOAT);
  private final Map<String, INDArray> feeds = model.feeds(IMAGES, 1);
  private final INDArray changed = model.graph().getVariable("head.weight").getArr();

  private Results run(GraphSession session) {
    return Results.of(session, feeds, model.values());
  }

  private static long bytes(Iterable<INDArray> arrays) {
    long bytes = 0;
    for (INDArray array : arrays) {
      bytes += array.length() * Float.BYTES;
    }
    return bytes;
  }

  private void change() {
    changed.putScalar(changed.length() - 1, 0.5);
  }

  @Test
  void thoseThatTheHostHasChangedAreBroughtOverAndNoOthers() {
    Results before;
    Results after;
    float last = changed.getFloat(changed.length() - 1);
    try (GraphSession session = model.session()) {
      before = run(session);
      change();
      after = run(session);
      changed.putScalar(changed.length() - 1, last);
    }
    EmulatedCuda.during(
        gpu -> {
          long taken = gpu.bytes(0); // by a test of a device that failed
          try (GraphSession session = model.session()) {
            run(session).assertCloseTo(before, 1e-4);
            long up = gpu.count("bytes to the device");
            run(session).assertCloseTo(before, 1e-4);
            long fed = gpu.count("bytes to the device") - up;
            assertThat(fed).isBetween(bytes(feeds.values()), bytes(feeds.values()) + 256);

            change();
            up = gpu.count("bytes to the device");
            run(session).assertCloseTo(after, 1e-4);
            assertThat(gpu.count("bytes to the device") - up)
                .isEqualTo(fed + changed.length() * Float.BYTES);
          }
          assertThat(gpu.bytes(0)).as("all memory is given back").isEqualTo(taken);
          return null;
        });
  }

  @Test
  void fixedOnesAreBroughtOverInTheFirstRunAlone() {
    EmulatedCuda.during(
        gpu -> {
          try (GraphSession session =
              GraphSession.forward(model.graph(), SessionOptions.defaults().withFixedVariables())) {
            Results first = run(session);
            run(session);
            long up = gpu.count("bytes to the device");
            change();
            run(session).assertSameBitsAs(first);
            assertThat(gpu.count("bytes to the device") - up)
                .isBetween(bytes(feeds.values()), bytes(feeds.values()) + 256);
          }
          return null;
        });
  }
}
