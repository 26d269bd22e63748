package dev.mto.bench.settings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.bench.Execution;
import dev.mto.engine.Baselines;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCommandTest {
  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void writeConfiguration() throws IOException {
    file =
        Files.writeString(
            folder.resolve("mine.yaml"),
            """
            baseline: conmim
            model: { image: [32, 32], patch: 4 }
            data: { train: 'images: all, of "them" # here' }
            options: { temperature: 0.2, second_view: { hue: 0.0 } }
            """);
  }

  @Test
  void showsWhereEachValueIsFrom() {
    Execution run = show("--set", "training.epochs=7", "--set", "options.second_view.blur=0.5");

    run.assertDone();
    assertThat(run.out().replaceAll(" +", " ").lines())
        .contains(
            "baseline: conmim # file",
            " image: [32, 32] # file",
            " preset: vit-base # default",
            " epochs: 7 # --set",
            " warmup_epochs: 10.0 # recipe",
            " flip: 0.5 # default",
            " temperature: 0.2 # file",
            " projector_dim: 256 # recipe",
            " hue: 0.0 # file",
            " blur: 0.5 # --set",
            " grey: 0.2 # recipe");
  }

  @Test
  void whatItShowsIsTheSameConfiguration() throws IOException {
    Path shown = Files.writeString(folder.resolve("shown.yaml"), show().out());

    assertThat(load(shown)).isEqualTo(load(file));
  }

  private static RunConfig load(Path file) {
    return ConfigLoader.load(file, List.of(), name -> Baselines.named(name).recipe());
  }

  @Test
  void explainsAKeyWithTheDefaultsOfAllMethods() {
    Execution run = Execution.of("config", "--explain", "training.base_lr");

    run.assertDone();
    assertThat(run.out())
        .contains("Learning rate before scaling", "0 or greater")
        .contains("7.5E-4  (conmim)", "1.0E-4  (simmim)", "1.5E-4  (mae)", "1.5E-4  (bootmae)");
  }

  @Test
  void explainsAKeyThatSeveralMethodsHaveAndASection() {
    assertThat(Execution.of("config", "--explain", "options.decoder_depth").out())
        .contains("Options of mae", "8  (mae)", "Options of bootmae", "2  (bootmae)");
    assertThat(Execution.of("config", "--explain", "options.second_view").out())
        .contains("options.second_view.hue", "share of its circle");
    assertThat(Execution.of("config", "--explain", "data.train").out())
        .contains("none; it has to be given");
  }

  @Test
  void namesTheKeysThatAnUnknownOneMayMean() {
    Execution.of("config", "--explain", "training.epoch")
        .assertRefused("training.epoch: there is no such key; did you mean", "training.epochs");
    Execution.of("config", "--explain", "layer_decay")
        .assertRefused("did you mean finetune.layer_decay");
  }

  @Test
  void refusesWhatDoesNotGoTogether() {
    Execution.of("config", "--show").assertRefused("--config: is missing");
    Execution.of("config", "--explain", "data", "--set", "a=b").assertRefused("are for --show");
    Execution.of("config").assertRefused("--show");
  }

  private Execution show(String... more) {
    return Execution.of(
        Execution.joined(new String[] {"config", "--show", "--config", file.toString()}, more));
  }
}
