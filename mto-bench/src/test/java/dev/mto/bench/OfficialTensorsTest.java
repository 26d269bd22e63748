package dev.mto.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.engine.Baseline;
import dev.mto.engine.Baselines;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.weights.ModelWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** All tensors of a full-size model, buffers included, against the official checkpoint's list. */
class OfficialTensorsTest {
  private static final Path LISTING =
      Path.of("../mto-baselines/simmim/src/test/resources/keys/simmim_vit_base.tsv");

  @Test
  void simMimViTBaseHasTheNamesShapesAndTypesOfTheOfficialCheckpoint() throws IOException {
    Baseline baseline = Baselines.named("simmim");
    ModelWeights model =
        new ModelWeights(
            baseline,
            ConfigLoader.load(
                Path.of("../configs/simmim-vit-base.yaml"), List.of(), name -> baseline.recipe()));

    List<String> tensors =
        model.tensors().entrySet().stream()
            .map(
                tensor ->
                    "%s\t%s\t%s"
                        .formatted(
                            tensor.getKey(),
                            Arrays.toString(tensor.getValue().shape()),
                            type(tensor.getValue().dataType().name())))
            .toList();

    List<String> official =
        Files.readAllLines(LISTING).stream()
            .filter(line -> !line.startsWith("#"))
            .map(line -> line.replace(" frozen", ""))
            .toList();
    assertThat(official).hasSize(190);
    assertThat(tensors).containsExactlyInAnyOrderElementsOf(official);
  }

  private static String type(String ours) {
    return switch (ours) {
      case "FLOAT" -> "float32";
      case "LONG" -> "int64";
      default -> ours.toLowerCase(Locale.ROOT);
    };
  }
}
