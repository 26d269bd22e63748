package dev.mto.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code evaluate} on official checkpoints and small labelled images. */
class EvaluateCommandTest {
  private static final String RECIPE =
      """
      epochs: 3
      batch: 12
      accumulate: 1
      lr_scale_batch: none
      warmup_epochs: 0
      crop_scale: [0.6, 1.0]
      """;

  @TempDir private static Path root;
  private static Path train;
  private static Path val;

  @TempDir private Path folder;

  @BeforeAll
  static void writeImages() throws IOException {
    train = ColouredImages.write(root.resolve("train"), 12, 1);
    val = ColouredImages.write(root.resolve("val"), 6, 2);
  }

  @ParameterizedTest
  @EnumSource(names = {"SIMMIM", "MAE", "BOOTMAE", "CONMIM"})
  void coloursAreToldApartByNearestNeighbours(OfficialCheckpoint official) throws IOException {
    Path json = folder.resolve("knn.json");

    Execution knn = evaluate(official, "knn", "-k", "5", "--untrained", "2", "--json", json + "");

    assertThat(knn.errors()).isEmpty();
    assertThat(knn.out()).contains("raw pixels: top-1 100.00 %").contains("(n = 2)");
    JsonNode figures = new ObjectMapper().readTree(json.toFile());
    assertThat(figures.get("top1").asDouble()).isGreaterThan(0.6);
    assertThat(figures.get("top5").asDouble()).isEqualTo(1);
    assertThat(figures.get("images").asInt()).isEqualTo(18);
    assertThat(figures.get("untrained_top1").size()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(names = {"SIMMIM", "MAE", "BOOTMAE", "CONMIM"})
  void fineTuningLearnsThem(OfficialCheckpoint official) throws IOException {
    Path out = folder.resolve("finetune");

    Execution run =
        evaluate(
            official,
            "finetune",
            recipe(
                """
                base_lr: 2.0e-3
                mixup: 0
                cutmix: 0
                rand_augment: { operations: 0 }
                erasing: 0
                head_std: 0.02
                weight_average: 0.5\
                """),
            out);

    assertThat(run.errors()).isEmpty();
    JsonNode result = result(out);
    assertThat(result.get("curve").size()).isEqualTo(3);
    double first = result.at("/curve/0/loss").asDouble();
    assertThat(result.at("/curve/2/loss").asDouble()).isLessThan(first);
    assertThat(result.get("top1").asDouble()).isGreaterThan(0.6);
    assertThat(out.resolve("accuracy.png")).isNotEmptyFile();
    assertThat(Files.readString(out.resolve("confusion.csv"))).contains("class0,class1,class2");
  }

  @Test
  void linearProbeLearnsThemAndItsUntrainedTwinIsNamedSo() throws IOException {
    Path out = folder.resolve("linear");

    Execution run =
        evaluate(
            OfficialCheckpoint.MAE,
            "linear",
            recipe("base_lr: 5.0"),
            out,
            "--recipe-set",
            "pooling=mean",
            "--recipe-set",
            "epochs=10",
            "--untrained");

    assertThat(run.errors()).isEmpty();
    assertThat(result(out).get("untrained").asBoolean()).isTrue();
    assertThat(result(out).get("feature").asText())
        .isEqualTo("mean of patch tokens, after the final norm");
    assertThat(result(out).get("top1").asDouble()).isGreaterThan(0.6);
  }

  @ParameterizedTest
  @EnumSource(names = {"SIMMIM", "MAE", "BOOTMAE", "CONMIM"})
  void aLinearClassifierOnCachedFeaturesLearnsThem(OfficialCheckpoint official) throws IOException {
    Path json = folder.resolve("cached.json");

    Execution run = evaluate(official, "linear", "--cached", "--epochs", "30", "--json", json + "");

    assertThat(run.errors()).isEmpty();
    assertThat(run.out()).contains("untrained encoders: top-1").contains("(n = 3)");
    JsonNode figures = new ObjectMapper().readTree(json.toFile());
    assertThat(figures.get("task").asText()).isEqualTo("linear-cached");
    assertThat(figures.get("feature").asText())
        .isEqualTo("mean of patch tokens, after the final norm");
    assertThat(figures.get("top1").asDouble()).isGreaterThan(0.6);
    assertThat(figures.get("untrained_top1").size()).isEqualTo(3);
    assertThat(figures.get("images").asInt()).isEqualTo(18);
  }

  @Test
  void optionsThatCachedFeaturesDoNotHaveAreRefused() throws IOException {
    OfficialCheckpoint mae = OfficialCheckpoint.MAE;
    assertRefused("keeps no checkpoint", arguments(mae, "linear", "--cached", "--resume"));
    assertRefused(
        "does not apply to cached features",
        arguments(mae, "linear", "--cached", "--recipe-set", "epochs=3"));
    assertRefused("always measured too", arguments(mae, "linear", "--cached", "--untrained"));
    assertRefused("has no folder", arguments(mae, "linear", "--cached", "--out", folder + "/c"));
    assertRefused("--cached", arguments(mae, "linear", "--epochs", "3"));
    assertRefused("at least 1 epoch", arguments(mae, "linear", "--cached", "--epochs", "0"));
  }

  @Test
  void theValidationImagesAreMeasuredAsOftenAsTheRecipeSaysAndAfterTheLastEpoch()
      throws IOException {
    Path out = folder.resolve("linear");

    evaluate(
        OfficialCheckpoint.MAE,
        "linear",
        recipe("base_lr: 1.0"),
        out,
        "--recipe-set",
        "epochs=5",
        "--recipe-set",
        "val_every_epochs=2");

    assertThat(result(out).get("curve").findValues("epoch").stream().map(JsonNode::asInt))
        .containsExactly(2, 4, 5);
  }

  @Test
  void aSecondRunInTheSameFolderIsRefusedAndAResumedOneOfAnotherRecipeToo() throws IOException {
    Path out = folder.resolve("linear");
    Path recipe = recipe("base_lr: 1.0");
    assertThat(evaluate(OfficialCheckpoint.MAE, "linear", recipe, out).code()).isZero();

    Execution again = evaluate(OfficialCheckpoint.MAE, "linear", recipe, out);
    assertThat(again.code()).isEqualTo(2);
    assertThat(again.errors()).singleElement().asString().contains("go on with --resume");

    Execution other =
        evaluate(
            OfficialCheckpoint.MAE, "linear", recipe, out, "--resume", "--recipe-set", "epochs=5");
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.errors()).singleElement().asString().contains("another recipe");

    JsonNode before = result(out);
    assertThat(evaluate(OfficialCheckpoint.MAE, "linear", recipe, out, "--resume").code()).isZero();
    assertThat(result(out)).isEqualTo(before);
  }

  @Test
  void aRunsKeptCheckpointsGiveACurveAndAreMeasuredOnce() throws IOException {
    Path run = folder.resolve("run");
    Execution pretrain =
        Execution.of(
            "pretrain",
            "--config",
            OfficialCheckpoint.MAE.config(folder).toString(),
            "--out",
            run.toString(),
            "--set",
            "data.train=" + train,
            "--set",
            "data.val=" + val,
            "--set",
            "training.epochs=2",
            "--set",
            "training.batch=12",
            "--set",
            "training.accumulate=1",
            "--set",
            "checkpoint.every_epochs=1",
            "--set",
            "log.pictures_every_epochs=0");
    assertThat(pretrain.code()).as(pretrain.errors().toString()).isZero();
    String[] curve = {
      "evaluate",
      "curve",
      "--run",
      run.toString(),
      "--by",
      "finetune",
      "--recipe",
      recipe("base_lr: 1.0e-3\nrand_augment: { operations: 0 }\nerasing: 0").toString(),
      "--recipe-set",
      "epochs=1"
    };

    Execution first = Execution.of(curve);
    Execution again = Execution.of(curve);

    assertThat(first.errors()).isEmpty();
    assertThat(first.out()).contains("epoch 1/1");
    assertThat(again.out()).doesNotContain("epoch 1/1").contains("finetune-curve.csv");
    assertThat(Files.readAllLines(run.resolve("evaluate/finetune-curve.csv")))
        .hasSize(3)
        .first()
        .isEqualTo("epoch,accuracy");
    assertThat(run.resolve("evaluate/finetune-curve.png")).isNotEmptyFile();
    assertThat(Execution.of("evaluate", "curve", "--run", run.toString(), "--by", "knn").errors())
        .isEmpty();
    assertRefused(
        "no checkpoint of epoch 7 was kept; there are [1, 2]",
        "evaluate",
        "knn",
        "--run",
        run.toString(),
        "--checkpoint",
        "7");
  }

  @Test
  void wrongInputIsRefusedInOneLine() throws IOException {
    assertRefused("give either --run DIR, or --weights FILE", "evaluate", "knn");
    assertRefused(
        "unknown key 'epoch'",
        arguments(
            OfficialCheckpoint.MAE, "finetune", "--recipe-set", "epoch=3", "--out", folder + "/a"));
    assertRefused(
        "fewer than one step takes",
        arguments(OfficialCheckpoint.MAE, "finetune", "--out", folder + "/b"));
    assertRefused(
        "the encoder has blocks 1 to 2", arguments(OfficialCheckpoint.MAE, "knn", "--block", "3"));
    assertRefused(
        "no class folders",
        "evaluate",
        "knn",
        "--weights",
        OfficialCheckpoint.MAE.file() + "",
        "--config",
        OfficialCheckpoint.MAE.config(folder) + "",
        "--train",
        train.resolve("class0") + "",
        "--val",
        val + "");
  }

  private void assertRefused(String reason, String... arguments) {
    Execution refused = Execution.of(arguments);
    assertThat(refused.code()).as(refused.out()).isEqualTo(2);
    assertThat(refused.errors()).singleElement().asString().contains(reason);
  }

  private Path recipe(String more) throws IOException {
    return Files.writeString(folder.resolve("recipe-in.yaml"), RECIPE + more + "\n");
  }

  private Execution evaluate(
      OfficialCheckpoint official, String task, Path recipe, Path out, String... more)
      throws IOException {
    List<String> all =
        new ArrayList<>(List.of("--recipe", recipe.toString(), "--out", out.toString()));
    all.addAll(List.of(more));
    return evaluate(official, task, all.toArray(String[]::new));
  }

  private Execution evaluate(OfficialCheckpoint official, String task, String... more)
      throws IOException {
    return Execution.of(arguments(official, task, more));
  }

  private String[] arguments(OfficialCheckpoint official, String task, String... more)
      throws IOException {
    List<String> all =
        new ArrayList<>(
            List.of(
                "evaluate",
                task,
                "--weights",
                official.file().toString(),
                "--config",
                official.config(folder).toString(),
                "--train",
                train.toString(),
                "--val",
                val.toString()));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private static JsonNode result(Path out) throws IOException {
    return new ObjectMapper().readTree(out.resolve("result.json").toFile());
  }
}
