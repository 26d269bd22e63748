package dev.mto.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeerCaseTest {

  private static final String JSON =
      """
      {"method": "%s", "image": 224, "patch": 16, "heads": 3, "decoderHeads": 0, "normPix": false,
       "initialAfterPosition": false, "sparsityWeight": 0.1, "heterogeneityWeight": 0.2,
       "rankingWeight": 0.3, "learningRate": 1e-4, "beta1": 0.9, "beta2": 0.95,
       "adamEpsilon": 1e-8, "weightDecay": 0.05, "clip": 5.0,
       "bfloat16": true}
      """;

  @TempDir private Path folder;

  @Test
  void readsJson() throws IOException {
    PeerCase read = read("simmim");

    assertThat(read.heads()).isEqualTo(3);
    assertThat(read.beta2()).isEqualTo(0.95);
    assertThat(read.rankingWeight()).isEqualTo(0.3);
    assertThat(read.bfloat16()).isTrue();
  }

  @Test
  void refusesMaeWithoutDecoderHeads() {
    assertThatThrownBy(() -> read("mae")).hasMessageContaining("decoderHeads 0");
  }

  @Test
  void refusesAnUnknownMethod() {
    assertThatThrownBy(() -> read("data2vec")).hasMessageContaining("method data2vec");
  }

  private PeerCase read(String method) throws IOException {
    Path file = Files.writeString(folder.resolve("case.json"), JSON.formatted(method));
    return PeerCase.read(file);
  }
}
