package dev.mto.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.testing.CommandRun;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

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
    Execution without = evaluate(official, "knn", "--untrained", "0", "--no-pixels");

    assertThat(knn.errors()).isEmpty();
    assertThat(knn.out()).contains("raw pixels: top-1 100.00 %").contains("(n = 2)");
    assertThat(without.out()).contains(": top-1 ").doesNotContain("raw pixels");
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
  void anAttentiveProbeLearnsThem(OfficialCheckpoint official) throws IOException {
    Path out = folder.resolve("attentive");

    Execution run =
        evaluate(
            official,
            "attentive",
            recipe("base_lr: 3.0e-3"),
            out,
            "--recipe-set",
            "epochs=20",
            "--cached");

    assertThat(run.errors()).isEmpty();
    JsonNode result = result(out);
    assertThat(result.get("task").asText()).isEqualTo("attentive");
    assertThat(result.get("feature").asText())
        .isEqualTo("attention over patch tokens, after the final norm");
    assertThat(result.get("untrained").asBoolean()).isFalse();
    assertThat(result.at("/curve/19/loss").asDouble())
        .isLessThan(result.at("/curve/0/loss").asDouble());
    assertThat(result.get("top1").asDouble()).isGreaterThan(0.6);
  }

  @Test
  void theUntrainedTwinOfAnAttentiveProbeIsOfFirstValuesAndNamedSo() throws IOException {
    Path trained = folder.resolve("trained");
    Path twin = folder.resolve("twin");
    Path recipe = recipe("base_lr: 3.0e-3");

    evaluate(OfficialCheckpoint.MAE, "attentive", recipe, trained).assertDone();
    evaluate(OfficialCheckpoint.MAE, "attentive", recipe, twin, "--untrained").assertDone();

    assertThat(result(twin).get("untrained").asBoolean()).isTrue();
    assertThat(result(twin).at("/curve/0/loss").asDouble())
        .isNotEqualTo(result(trained).at("/curve/0/loss").asDouble());
  }

  @ParameterizedTest
  @ValueSource(strings = {"linear", "attentive"})
  void aProbeSeesTheBlockThatItIsToldTo(String task) throws IOException {
    Path recipe = recipe("base_lr: 3.0e-3");
    Path last = folder.resolve("last");
    Path first = folder.resolve("first");

    evaluate(OfficialCheckpoint.MAE, task, recipe, last).assertDone();
    evaluate(OfficialCheckpoint.MAE, task, recipe, first, "--block", "1").assertDone();

    assertThat(result(first).get("feature").asText()).endsWith(", block 1");
    assertThat(result(first).at("/curve/0/loss").asDouble())
        .isNotEqualTo(result(last).at("/curve/0/loss").asDouble());
    assertThat(Files.readString(first.resolve("recipe.yaml"))).contains("block: 1");
    evaluate(OfficialCheckpoint.MAE, task, recipe, folder.resolve("none"), "--block", "3")
        .assertRefused("the encoder has blocks 1 to 2");
    evaluate(OfficialCheckpoint.MAE, task, recipe, folder.resolve("zero"), "--block", "0")
        .assertRefused("blocks are counted from 1");
  }

  @ParameterizedTest
  @EnumSource(names = {"SIMMIM", "MAE", "BOOTMAE", "CONMIM"})
  void aLinearClassifierOnCachedFeaturesLearnsThem(OfficialCheckpoint official) throws IOException {
    Path json = folder.resolve("cached.json");

    Execution run =
        evaluate(official, "linear", "--cached", "--c", "0.01", "--pixels", "--json", json + "");

    assertThat(run.errors()).isEmpty();
    assertThat(run.out()).contains("untrained encoders: top-1").contains("(n = 3)");
    JsonNode figures = new ObjectMapper().readTree(json.toFile());
    assertThat(figures.get("task").asText()).isEqualTo("linear-cached");
    assertThat(figures.get("feature").asText())
        .isEqualTo("mean of patch tokens, after the final norm");
    assertThat(figures.get("top1").asDouble()).isGreaterThan(0.6);
    assertThat(figures.get("untrained_top1").size()).isEqualTo(3);
    assertThat(figures.get("images").asInt()).isEqualTo(18);
    assertThat(figures.get("pixels_top1").asDouble()).isGreaterThan(0.9);
    assertThat(figures.get("gradient_norm").asDouble()).isBetween(0., 1e-6);
    assertThat(run.out()).contains("gradient norm").contains("training top-1");
  }

  @Test
  void aSolvedClassifierIsWholeThoughWhatComesAfterItFails() throws IOException {
    Path out = folder.resolve("solved");
    Path blocked = Files.writeString(folder.resolve("blocked"), "no folder").resolve("a.json");

    Execution run = cached("--c", "0.01", "--out", out + "", "--json", blocked + "");

    assertThat(run.code()).isNotZero();
    assertThat(result(out).get("top1").asDouble()).isGreaterThan(0.6);
    Execution predict =
        Execution.ofLine(
            "predict --job %s --images %s --out %s", out, val, folder.resolve("out.csv"));
    predict.assertDone();
    assertThat(predict.errors().toString()).doesNotContain("has not ended");
  }

  @Test
  void optionsThatCachedFeaturesDoNotHaveAreRefused() {
    cached("--resume").assertRefused("keeps no checkpoint");
    cached("--recipe-set", "epochs=3").assertRefused("does not apply to cached features");
    cached("--untrained").assertRefused("always measured too");
    evaluate(OfficialCheckpoint.MAE, "linear", "--c", "3").assertRefused("--cached");
    cached("--c", "0").assertRefused("must be above 0");
    cached("--twins", "-1").assertRefused("must be 0 or greater");
  }

  private Execution cached(String... more) {
    String[] linear = CommandRun.joined(CommandRun.arguments("--cached"), more);
    return evaluate(OfficialCheckpoint.MAE, "linear", linear);
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
    again.assertRefused("go on with --resume");

    Execution other =
        evaluate(
            OfficialCheckpoint.MAE, "linear", recipe, out, "--resume", "--recipe-set", "epochs=5");
    other.assertRefused("another recipe");

    evaluate(
            OfficialCheckpoint.MAE, "linear", recipe, out, "--resume", "--set", "data.mean=[0,0,0]")
        .assertRefused("was begun with data.mean: ", "and now it is [0");
    JsonNode before = result(out);
    assertThat(evaluate(OfficialCheckpoint.MAE, "linear", recipe, out, "--resume").code()).isZero();
    assertThat(result(out)).isEqualTo(before);
  }

  @Test
  void aRunsKeptCheckpointsGiveACurveAndAreMeasuredOnce() throws IOException {
    Path run = folder.resolve("run");
    Execution pretrain =
        Execution.ofLine(
            "pretrain --config %s --out %s --set data.train=%s --set data.val=%s"
                + " --set training.epochs=2 --set training.batch=12 --set training.accumulate=1"
                + " --set checkpoint.every_epochs=1 --set log.pictures_every_epochs=0",
            OfficialCheckpoint.MAE.config(folder), run, train, val);
    assertThat(pretrain.code()).as(pretrain.errors().toString()).isZero();
    String[] curve =
        CommandRun.arguments(
            "evaluate curve --run %s --by finetune --recipe %s --recipe-set epochs=1",
            run, recipe("base_lr: 1.0e-3\nrand_augment: { operations: 0 }\nerasing: 0"));

    String[] own =
        CommandRun.arguments(
            "evaluate finetune --run %s --checkpoint 1 --recipe %s",
            run, folder.resolve("recipe-in.yaml"));
    Execution.of(CommandRun.joined(own, "--recipe-set", "epochs=2")).assertDone();
    Execution.of(curve).assertRefused("was made with another recipe");
    try (Stream<Path> made = Files.walk(run.resolve("evaluate/finetune-epoch-1"))) {
      made.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    }

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
    Execution.of(CommandRun.joined(curve, "--recipe-set", "seed=5"))
        .assertRefused("was measured with other recipe; remove that folder to measure again");
    assertThat(Execution.ofLine("evaluate curve --run %s --by knn", run).errors()).isEmpty();
    assertThat(Execution.ofLine("evaluate curve --run %s --by linear", run).out())
        .contains("gradient norm")
        .contains("linear-curve.csv");
    Execution.ofLine("evaluate knn --run %s --checkpoint 7", run)
        .assertRefused("no checkpoint of epoch 7 was kept; there are [1, 2]");
  }

  @Test
  void wrongInputIsRefusedInOneLine() {
    OfficialCheckpoint mae = OfficialCheckpoint.MAE;
    Execution.of("evaluate", "knn").assertRefused("give either --run DIR, or --weights FILE");
    evaluate(mae, "finetune", "--recipe-set", "epoch=3", "--out", folder + "/a")
        .assertRefused("unknown key 'epoch'");
    evaluate(mae, "finetune", "--out", folder + "/b").assertRefused("fewer than one step takes");
    evaluate(mae, "knn", "--block", "3").assertRefused("the encoder has blocks 1 to 2");
    Execution.ofLine(
            "evaluate knn --weights %s --config %s --train %s --val %s",
            mae.file(), mae.config(folder), train.resolve("class0"), val)
        .assertRefused("no class folders");
  }

  private Path recipe(String more) throws IOException {
    return Files.writeString(folder.resolve("recipe-in.yaml"), RECIPE + more + "\n");
  }

  private Execution evaluate(
      OfficialCheckpoint official, String task, Path recipe, Path out, String... more) {
    String[] files = CommandRun.arguments("--recipe %s --out %s", recipe, out);
    return evaluate(official, task, CommandRun.joined(files, more));
  }

  private Execution evaluate(OfficialCheckpoint official, String task, String... more) {
    String[] always =
        CommandRun.arguments(
            "evaluate %s --weights %s --config %s --train %s --val %s",
            task, official.file(), official.config(folder), train, val);
    return Execution.of(CommandRun.joined(always, more));
  }

  private static JsonNode result(Path out) throws IOException {
    return new ObjectMapper().readTree(out.resolve("result.json").toFile());
  }
}
