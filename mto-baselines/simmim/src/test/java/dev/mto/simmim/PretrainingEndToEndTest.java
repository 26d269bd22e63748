package dev.mto.simmim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mto.engine.testing.BaselineContract;
import dev.mto.engine.testing.TinyRun;
import dev.mto.models.weights.WeightFile;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Whole runs of SimMIM on generated images. */
class PretrainingEndToEndTest extends BaselineContract {
  PretrainingEndToEndTest() {
    super(TinySimMim::in, 8, 3);
  }

  @Test
  void theInitialEmbeddingsMaskedTokensAreTheMaskToken() throws IOException {
    INDArray maskToken = WeightFile.read(TinyRun.last(reference())).get("encoder.mask_token");
    List<String> csv = Files.readAllLines(reference().resolve("pictures/heterogeneity.csv"));

    assertThat(csv.get(0)).endsWith(",masked_norm,visible_norm");
    assertThat(csv).hasSize(4);
    String[] initial = csv.get(1).split(",", -1);
    assertThat(Double.parseDouble(initial[initial.length - 2]))
        .isCloseTo(maskToken.norm2Number().doubleValue(), within(1e-5));
    assertThat(Double.parseDouble(initial[initial.length - 1])).isPositive();
  }
}
