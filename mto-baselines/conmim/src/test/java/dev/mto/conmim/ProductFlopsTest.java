package dev.mto.conmim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mto.engine.Model;
import dev.mto.engine.graph.Feeds;
import dev.mto.engine.testing.TinyRun;
import dev.mto.executor.GraphSession;
import dev.mto.models.Parameters;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** The arithmetic of a forward pass, counted by hand. */
class ProductFlopsTest {
  @Test
  void studentTeacherAndComparisonAreCounted(@TempDir Path root) {
    TinyRun tiny =
        new TinyRun(
            new ConMim(),
            root,
            "model={preset: vit-tiny, image: [8, 8], patch: 4, dim: 6, depth: 1, heads: 2, mlp_ratio: 2.0}",
            "options={projector_hidden: 10, projector_dim: 5, lm_head: 0}");
    SameDiff graph = SameDiff.create();
    Parameters parameters = new Parameters(graph, DataType.FLOAT, name -> new SplittableRandom(1));
    Model model = new ConMim().build(tiny.config(), parameters);

    double flops = forward(graph, model.outputs().loss().name());

    double embedding = 4 * (3 * 4 * 4) * 6;
    double block = 5 * (4 * 6 * 6 + 2 * 6 * 12) + 2 * 5 * 5 * 6;
    double projector = 5 * (6 * 10 + 10 * 10 + 10 * 5);
    double relativePositions = 4 * 3 * 6 + 4 * 3 * 8; // of 3 distances, rows before columns
    double network = embedding + relativePositions + block + projector;
    double maskTokens = 4 * 6;
    double contrast = 4 * 4 * 5;
    double meanOfMasked = 4;
    assertThat(flops).isEqualTo(2 * (2 * network + maskTokens + contrast + meanOfMasked));
  }

  private static double forward(SameDiff graph, String loss) {
    try (GraphSession session = GraphSession.forward(graph)) {
      session.run(
          Map.of(
              Feeds.IMAGES,
              Nd4j.rand(DataType.FLOAT, 1, 3, 8, 8),
              "teacherImages",
              Nd4j.rand(DataType.FLOAT, 1, 3, 8, 8),
              Feeds.MASK,
              Nd4j.createFromArray(new float[][] {{1, 0, 1, 0}})),
          List.of(loss),
          values -> {});
      double flops = session.productFlops();
      assumeTrue(!Double.isNaN(flops), "run operation by operation, which counts nothing");
      return flops;
    }
  }
}
