package dev.mto.engine.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What several workers must do for every baseline: the same as one process, to the bit. */
public abstract class WorkersContract {
  /** Four micro-batches of 4 images make a step: three steps in an epoch. */
  protected static final String[] FOURS = {
    "training.batch=4",
    "training.accumulate=4",
    "training.epochs=2",
    "log={heterogeneity_every: 2, knn_every_epochs: 2, pictures_every_epochs: 0}"
  };

  private final Function<Path, TinyRun> create;
  @TempDir private Path root;

  /** A contract for a baseline by its runs in a folder. */
  protected WorkersContract(Function<Path, TinyRun> create) {
    this.create = create;
  }

  /** Runs in a folder of the test. */
  protected final TinyRun tiny() {
    return create.apply(root);
  }

  @Test
  void twoWorkersMakeTheBitsOfOneProcess() {
    TinyRun tiny = tiny();
    String[] settings = {
      "training.batch=8",
      "training.accumulate=2",
      "training.epochs=2",
      "log={heterogeneity_every: 2, knn_every_epochs: 2, pictures_every_epochs: 0}"
    };
    Path one = tiny.train("one", settings);
    Path two = tiny.trainByWorkers(2, "two", settings);
    assertSame(two, one);
    assertThat(TinyRun.metrics(one)).hasSize(6);
    assertThat(two.resolve("train.log"))
        .content()
        .contains("2 workers, each takes 1 of a step's 2 micro-batches: rank 0 on localhost");
  }

  /** Every figure of every step but the speed, and every bit of the checkpoint. */
  protected static void assertSame(Path actual, Path expected) {
    List<JsonNode> rows = TinyRun.metrics(actual);
    assertThat(rows).isEqualTo(TinyRun.metrics(expected));
    assertThat(TinyRun.last(actual)).hasSameBinaryContentAs(TinyRun.last(expected));
  }
}
