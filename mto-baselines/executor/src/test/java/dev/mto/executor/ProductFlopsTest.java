package dev.mto.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/** The arithmetic of a run, counted by hand. */
class ProductFlopsTest {
  private final SameDiff graph = SameDiff.create();
  private final SDVariable loss = loss();

  /** A linear layer 4 to 5 of three tokens, and the similarity of each token to each. */
  private SDVariable loss() {
    SDVariable tokens = graph.placeHolder("tokens", DataType.FLOAT, -1, 3, 4);
    SDVariable weight = graph.var("weight", TinyModel.gaussian(1, 4, 5));
    SDVariable features = tokens.reshape(-1, 4).mmul(weight).reshape(-1, 3, 5);
    SDVariable similarity = graph.mmul(features, features, false, true, false);
    return similarity.mul(similarity).sum().rename("loss");
  }

  @BeforeEach
  void assumeFast() {
    Plans.assumeFast();
  }

  @Test
  void forwardProductsAreCountedForTheBatchThatWasRun() {
    try (GraphSession session = GraphSession.forward(graph)) {
      for (int images : new int[] {2, 7}) {
        run(session, images);
        assertThat(session.productFlops()).isEqualTo(linear(images) + similarity(images));
      }
    }
  }

  @Test
  void backwardProductsAreThoseThatGradientsOfParametersNeed() {
    try (GraphSession session = GraphSession.withGradients(graph, loss, List.of("weight"))) {
      run(session, 2);
      assertThat(session.productFlops()).isEqualTo(2 * linear(2) + 3 * similarity(2));
    }
  }

  private static void run(GraphSession session, int images) {
    session.run(
        Map.of("tokens", TinyModel.gaussian(2, images, 3, 4)), List.of("loss"), values -> {});
  }

  private static double linear(int images) {
    return 2.0 * images * 3 * 4 * 5;
  }

  private static double similarity(int images) {
    return 2.0 * images * 3 * 5 * 3;
  }
}
