package dev.mto.speed.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mto.engine.errors.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StandardCaseTest {
  @TempDir private Path folder;

  @Test
  void casesAreThreeSizesOfTwoMethods() {
    assertThat(StandardCase.all())
        .extracting(StandardCase::name, StandardCase::batch)
        .map(Object::toString)
        .containsExactly(
            "(\"simmim-vit-tiny\", 8)",
            "(\"simmim-vit-small\", 8)",
            "(\"simmim-vit-base\", 2)",
            "(\"mae-vit-tiny\", 8)",
            "(\"mae-vit-small\", 8)",
            "(\"mae-vit-base\", 2)");
  }

  @Test
  void picksByName() {
    assertThat(StandardCase.named(List.of("mae-vit-base", "simmim-vit-tiny")))
        .extracting(StandardCase::name)
        .containsExactly("simmim-vit-tiny", "mae-vit-base");
  }

  @Test
  void refusesAnUnknownName() {
    assertThatThrownBy(() -> StandardCase.named(List.of("simmim-vit-huge")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("'simmim-vit-huge'")
        .hasMessageContaining("simmim-vit-tiny, simmim-vit-small");
  }

  @Test
  void bothConfigurationsDifferInMtoAlone() throws IOException {
    BenchmarkCase prepared = new StandardCase("mae", "vit-small", 8).prepare(folder);

    assertThat(prepared.with().mto().enabled()).isTrue();
    assertThat(prepared.without().mto().enabled()).isFalse();
    assertThat(prepared.with().model()).isEqualTo(prepared.without().model());
    assertThat(prepared.with().training()).isEqualTo(prepared.without().training());
    assertThat(prepared.with().model().dropPath()).isZero();
    assertThat(prepared.batch()).isEqualTo(8);
    try (var images = Files.list(Path.of(prepared.with().data().train()))) {
      assertThat(images).hasSize(8);
    }
  }

  @Test
  void bfloat16IsMeasuredAgainstFloat32() throws IOException {
    StandardCase standard = new StandardCase("mae", "vit-tiny", 2);
    List<BenchmarkCase> both =
        standard.prepareInPrecisions(folder, List.of("training.precision=bfloat16"));

    assertThat(both).extracting(BenchmarkCase::narrow).containsExactly(false, true);
    assertThat(both.get(1).name(true)).isEqualTo("mae-vit-tiny-bfloat16-mto");
    assertThat(both.get(0).config(true)).isNotEqualTo(both.get(1).config(true));
    assertThat(both.get(0).with().model()).isEqualTo(both.get(1).with().model());
    assertThat(PeerCase.of(both.get(0).with()).get("bfloat16").asBoolean()).isFalse();
    assertThat(PeerCase.of(both.get(1).with()).get("bfloat16").asBoolean()).isTrue();
    assertThat(standard.prepareInPrecisions(folder, List.of())).hasSize(1);
  }

  @Test
  void thePeerGetsTheSameHyperparameters() throws IOException {
    ObjectNode mae = PeerCase.of(new StandardCase("mae", "vit-tiny", 2).prepare(folder).with());

    assertThat(mae.get("decoderHeads").asInt()).isEqualTo(16);
    assertThat(mae.get("normPix").asBoolean()).isTrue();
    assertThat(mae.get("beta2").asDouble()).isEqualTo(0.95);
    assertThat(mae.get("clip").asDouble()).isZero();
    assertThat(mae.get("sparsityWeight").asDouble()).isEqualTo(0.01);
    assertThat(mae.get("initialAfterPosition").asBoolean()).isFalse();
  }

  @Test
  void thePeerRefusesWhatItDoesNotDo() throws IOException {
    Path file = Files.writeString(folder.resolve("own.yaml"), "baseline: simmim\n");
    BenchmarkCase dropping = BenchmarkCase.of("own", folder, file, List.of("data.train=images"));
    BenchmarkCase another =
        BenchmarkCase.of("own", folder, file, List.of("data.train=images", "baseline=conmim"));

    assertThatThrownBy(() -> PeerCase.of(dropping.with()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("model.drop_path is 0.1")
        .hasMessageContaining("set it to 0 ");
    assertThatThrownBy(() -> PeerCase.of(another.with()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("baseline is conmim");
  }

  @Test
  void noiseIsTheSameEveryTime() throws IOException {
    Path first = Files.createDirectory(folder.resolve("first"));
    Path second = Files.createDirectory(folder.resolve("second"));

    StandardCase.writeNoise(first, 2, 8);
    StandardCase.writeNoise(second, 2, 8);

    assertThat(first.resolve("0001.png")).hasSameBinaryContentAs(second.resolve("0001.png"));
    assertThat(Files.readAllBytes(first.resolve("0000.png")))
        .isNotEqualTo(Files.readAllBytes(first.resolve("0001.png")));
  }
}
