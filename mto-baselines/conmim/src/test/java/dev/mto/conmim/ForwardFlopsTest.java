package dev.mto.conmim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mto.engine.testing.TinyRun;
import dev.mto.models.Parameters;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/** The arithmetic of a step, counted by hand. */
class ForwardFlopsTest {
  @Test
  void studentTeacherAndComparisonAreCounted(@TempDir Path root) throws IOException {
    TinyRun tiny =
        new TinyRun(
            new ConMim(),
            root,
            """
            baseline: conmim
            model: { preset: vit-tiny, image: [8, 8], patch: 4, dim: 6, depth: 1, heads: 2, mlp_ratio: 2.0 }
            options: { projector_hidden: 10, projector_dim: 5, lm_head: 0 }
            data: { train: %s, val: %s }
            """);
    SameDiff graph = SameDiff.create();
    Parameters parameters = new Parameters(graph, DataType.FLOAT, name -> new SplittableRandom(1));

    double flops = new ConMim().build(graph, tiny.config(), parameters).forwardFlops();

    double embedding = 4 * (3 * 4 * 4) * 6;
    double block = 5 * (4 * 6 * 6 + 2 * 6 * 12) + 2 * 5 * 5 * 6;
    double projector = 5 * (6 * 10 + 10 * 10 + 10 * 5);
    double network = 2 * (embedding + block + projector);
    assertThat(flops).isCloseTo(network * 4 / 3 + 2 * 4 * 4 * 5, within(1e-6));
  }
}
