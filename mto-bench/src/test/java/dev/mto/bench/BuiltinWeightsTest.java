package dev.mto.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.Baselines;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.testing.CommandRun;
import dev.mto.engine.weights.BuiltinWeights;
import dev.mto.engine.weights.ModelWeights;
import dev.mto.engine.weights.TrainedModel;
import dev.mto.engine.weights.WeightSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The encoder that ships with the product, wherever weights are taken. */
class BuiltinWeightsTest {
  private static final String NAME = "builtin:mae-tiny";
  private static final Path FASHION = Path.of("../data/fashion-mini");

  @TempDir private Path folder;

  @Test
  void eachIsSmallAndHoldsAllOfTheModelOfItsConfiguration() throws IOException {
    assertThat(BuiltinWeights.names()).contains("mae-tiny");
    for (String name : BuiltinWeights.names()) {
      String weights = BuiltinWeights.PREFIX + name;
      WeightSource source = WeightSource.named(weights, null);
      TrainedModel model = TrainedModel.builtin(weights);
      assertThat(Files.size(source.file())).isLessThan(2_000_000);
      assertThat(source.name()).isEqualTo(weights);
      assertThat(new ModelWeights(model.baseline(), model.config()).compare(source).complete())
          .isTrue();
    }
  }

  @Test
  void itsConfigurationIsTheCommittedOne() {
    RunConfig shipped = BuiltinWeights.of(NAME).config();
    RunConfig committed =
        ConfigLoader.load(
            Path.of("../configs/builtin/mae-tiny.yaml"),
            List.of(),
            name -> Baselines.named(name).recipe());

    assertThat(shipped).isEqualTo(committed);
  }

  @Test
  void itsCardIsShownBeforeItsTensors() {
    CommandRun shown = Execution.of("weights", "inspect", NAME);

    shown.assertDone();
    assertThat(shown.out())
        .contains("Fashion-MNIST", "MIT", "make-mae-tiny.sh", "k-NN", "raw pixels")
        .contains("file     builtin:mae-tiny: safetensors");
  }

  @Test
  void itIsEvaluatedExportedAndLookedAtWithoutAConfiguration() throws IOException {
    Path json = folder.resolve("knn.json");
    Execution.ofLine(
            "evaluate knn --weights %s --train %s --val %s --untrained 1 --json %s",
            NAME, some("train", 20), some("val", 8), json)
        .assertDone();
    Execution.ofLine(
            "weights export --weights %s --out %s", NAME, folder.resolve("copy.safetensors"))
        .assertDone();
    Execution.ofLine(
            "analyze reconstruct --weights %s --images %s --out %s",
            NAME, FASHION.resolve("val/bag"), folder)
        .assertDone();

    var figures = new ObjectMapper().readTree(json.toFile());
    assertThat(figures.get("model").asText()).isEqualTo(NAME);
    assertThat(figures.get("top1").asDouble()).isBetween(0.9, 1.);
    assertThat(folder.resolve("reconstruction.png")).isNotEmptyFile();
    assertThat(Files.readAllBytes(folder.resolve("copy.safetensors")))
        .isEqualTo(Files.readAllBytes(BuiltinWeights.of(NAME).file()));
  }

  /** The first images of each class. */
  private Path some(String part, int perClass) throws IOException {
    for (String name : List.of("bag", "dress", "sneaker", "trouser")) {
      Path to = Files.createDirectories(folder.resolve(part).resolve(name));
      for (int i = 1; i <= perClass; i++) {
        String file = "%05d.png".formatted(i);
        Files.copy(FASHION.resolve(part).resolve(name).resolve(file), to.resolve(file));
      }
    }
    return folder.resolve(part);
  }

  @Test
  void otherNamesAndASecondConfigurationAreRefused() {
    Execution.of("weights", "inspect", "builtin:huge")
        .assertRefused("builtin:huge", "there is builtin:mae-tiny");
    Execution.ofLine("evaluate knn --weights %s --set model.dim=48", NAME)
        .assertRefused("has its own configuration");
    Execution.ofLine("evaluate knn --weights %s --entry model", NAME)
        .assertRefused("has no entries");
  }
}
