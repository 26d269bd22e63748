package dev.mto.bench.predict;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.bench.Execution;
import dev.mto.bench.OfficialCheckpoint;
import dev.mto.bench.TrainedJob;
import dev.mto.engine.folder.StopSignal;
import dev.mto.evaluation.TrainedClassifier;
import dev.mto.evaluation.predict.PredictedImages;
import dev.mto.evaluation.predict.Predictor;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code predict} by classifiers that were trained on small images. */
class PredictCommandTest {
  private static final int IMAGES = 30;

  @TempDir private static Path shared;
  private static TrainedJob fineTuned;

  @TempDir private Path folder;

  @BeforeAll
  static void train() throws IOException {
    fineTuned = TrainedJob.fineTuned(OfficialCheckpoint.MAE, shared);
  }

  @Test
  void aFineTunedModelPredictsTheValidationImagesAsItsJobHasMeasuredThem() throws IOException {
    assertMeasuredAlike(fineTuned);
  }

  @Test
  void soDoesALinearProbe() throws IOException {
    assertMeasuredAlike(
        TrainedJob.probed(
            OfficialCheckpoint.SIMMIM, folder, "pooling=mean", "block=1", "feature_norm=true"));
  }

  @Test
  void soDoesAnAttentiveProbe() throws IOException {
    assertMeasuredAlike(TrainedJob.attended(OfficialCheckpoint.SIMMIM, folder, "block=1"));
  }

  @Test
  void soDoesASolvedLogisticRegression() throws IOException {
    assertMeasuredAlike(
        TrainedJob.solved(OfficialCheckpoint.SIMMIM, folder, "--block", "1", "--feature", "class"));
  }

  private void assertMeasuredAlike(TrainedJob job) throws IOException {
    Path json = folder.resolve("figures.json");

    Execution run =
        predict(job.folder(), job.val(), folder.resolve("out.csv"), "--json", json + "");

    run.assertDone();
    JsonNode figures = read(json);
    JsonNode result = read(job.folder().resolve("result.json"));
    assertThat(figures.get("confusion")).isEqualTo(result.get("confusion"));
    assertThat(figures.get("top1")).isEqualTo(result.get("top1"));
    assertThat(figures.get("images").asInt()).isEqualTo(IMAGES);
    assertThat(result.get("top1").asDouble()).as("not all alike").isBetween(.1, .99);
    assertThat(run.out()).contains("by the images' folders: top-1");
  }

  @Test
  void theBestEpochsWeightsAreTakenOnDemand() throws IOException {
    TrainedJob other = TrainedJob.fineTuned(OfficialCheckpoint.MAE, folder, "seed=5", "epochs=1");
    Path best = other.folder().resolve("checkpoints/best.safetensors");
    Files.copy(
        fineTuned.folder().resolve("checkpoints/last.safetensors"),
        best,
        StandardCopyOption.REPLACE_EXISTING);
    Path out = folder.resolve("out.json");
    Path bestOut = folder.resolve("best.json");
    Path expected = folder.resolve("expected.json");
    Path image = other.val().resolve("class0/0.png");

    predict(other.folder(), image, out).assertDone();
    predict(other.folder(), image, bestOut, "--best").assertDone();
    predict(fineTuned.folder(), image, expected).assertDone();

    assertThat(read(bestOut)).isEqualTo(read(expected)).isNotEqualTo(read(out));
  }

  @Test
  void eachRowHasPathClassesByRankAndLabel() throws IOException {
    Path csv = folder.resolve("out.csv");

    predict(fineTuned.folder(), fineTuned.val(), csv, "--top", "9").assertDone();

    List<String> rows = Files.readAllLines(csv);
    assertThat(rows).hasSize(1 + IMAGES);
    assertThat(rows.get(0))
        .isEqualTo("path,class,probability,class_2,probability_2,class_3,probability_3,label");
    String[] last = rows.get(IMAGES).split(",", -1);
    assertThat(last[0]).isEqualTo(fineTuned.val().resolve("class2/9.png").toString());
    assertThat(last[7]).isEqualTo("class2");
    assertThat(List.of(last[1], last[3], last[5]))
        .containsExactlyInAnyOrder("class0", "class1", "class2");
    double[] probabilities = {number(last[2]), number(last[4]), number(last[6])};
    assertThat(probabilities[0]).isGreaterThanOrEqualTo(probabilities[1]);
    assertThat(probabilities[1]).isGreaterThanOrEqualTo(probabilities[2]);
    assertThat(probabilities[0] + probabilities[1] + probabilities[2]).isCloseTo(1, within(2e-6));
  }

  private static double number(String text) {
    return Double.parseDouble(text);
  }

  @Test
  void aListNamesImagesAndThoseThatCannotBeReadAreLeftOutAndListed() throws IOException {
    Path image = fineTuned.val().resolve("class1/3.png");
    Files.copy(image, folder.resolve("own.png"));
    Files.writeString(folder.resolve("broken.png"), "no image");
    Path list =
        Files.writeString(
            folder.resolve("list.txt"), image + "\nbroken.png\n\nown.png\nabsent.png\n");
    Path out = folder.resolve("out.json");

    Execution run = predict(fineTuned.folder(), list, out, "--top", "2");

    assertThat(run.code()).isZero();
    assertThat(run.errors()).hasSize(2);
    assertThat(run.errors().get(0)).contains("left out").contains("broken.png");
    assertThat(run.errors().get(1)).contains("absent.png");
    assertThat(run.out()).contains("2 images could not be read");
    JsonNode rows = read(out);
    assertThat(rows.size()).isEqualTo(2);
    assertThat(rows.at("/0/path").asText()).isEqualTo(image.toString());
    assertThat(rows.at("/1/path").asText()).isEqualTo(folder.resolve("own.png").toString());
    assertThat(rows.at("/0/top")).isEqualTo(rows.at("/1/top"));
    assertThat(rows.at("/0/top").size()).isEqualTo(2);
    assertThat(rows.at("/0/label").isMissingNode()).isTrue();
  }

  @Test
  void aStopLeavesNoFile() throws IOException {
    Files.writeString(folder.resolve("broken.png"), "no image");
    Path list =
        Files.writeString(
            folder.resolve("list.txt"),
            "broken.png\n" + (fineTuned.val().resolve("class1/3.png") + "\n").repeat(20));
    PrintStream silent = new PrintStream(OutputStream.nullOutputStream(), false, UTF_8);

    try (TrainedClassifier classifier = TrainedClassifier.ofJob(fineTuned.folder(), w -> {})) {
      PredictedImages images = PredictedImages.open(list, classifier.classes());
      assertThat(
              new Predictor(classifier, 2, 1, 1)
                  .run(images, folder.resolve("out.csv"), silent, bad -> StopSignal.request()))
          .isEmpty();
    }

    try (var files = Files.list(folder)) {
      assertThat(files).containsExactlyInAnyOrder(list, folder.resolve("broken.png"));
    }
  }

  @Test
  void aSolvedClassifierIsNotReplaced() throws IOException {
    OfficialCheckpoint mae = OfficialCheckpoint.MAE;
    Execution.ofLine(
            "evaluate linear --weights %s --config %s --train %s --val %s --cached --out %s",
            mae.file(), mae.config(folder), fineTuned.val(), fineTuned.val(), fineTuned.folder())
        .assertRefused("a result is there already");
  }

  @Test
  void noJobIsTrainedIntoTheFolderOfASolvedOne() throws IOException {
    TrainedJob solved = TrainedJob.solved(OfficialCheckpoint.MAE, folder);
    String train =
        "evaluate linear --weights %s --config %s --train %s --val %s --out %s --recipe-set epochs=1";
    Object[] files = {
      OfficialCheckpoint.MAE.file(),
      OfficialCheckpoint.MAE.config(folder),
      solved.val(),
      solved.val(),
      solved.folder()
    };
    Execution.ofLine(train, files).assertRefused("a classifier that was solved is there already");

    Files.delete(solved.folder().resolve("classifier.json")); // as one that was killed
    Execution.ofLine(train, files).assertRefused("a classifier that was solved is there already");
    Path encoder = solved.folder().resolve("encoder.safetensors");
    byte[] own = Files.readAllBytes(encoder);
    Files.write(encoder, "of another".getBytes(StandardCharsets.UTF_8));
    Execution.ofLine(train.replace("--recipe-set epochs=1", "--cached --twins 0 --c 0.003"), files)
        .assertDone();
    assertThat(encoder).hasBinaryContent(own);
  }

  @Test
  void foldersOfOtherNamesAreNoClasses() throws IOException {
    Path photos = Files.createDirectories(folder.resolve("photos/holiday"));
    Files.copy(fineTuned.val().resolve("class0/0.png"), photos.resolve("0.png"));

    Execution run = predict(fineTuned.folder(), folder.resolve("photos"), folder.resolve("o.csv"));

    run.assertDone();
    assertThat(run.out()).contains("no accuracy: the folder [holiday] is not among the classes");
    assertThat(Files.readAllLines(folder.resolve("o.csv")).get(1))
        .startsWith(photos.resolve("0.png") + ",class");
  }

  @Test
  void wrongInputIsRefusedInOneLineAndLeavesNoFile() throws IOException {
    Path out = folder.resolve("out.csv");
    Path text = Files.writeString(folder.resolve("empty.txt"), "\n");
    Path broken = Files.writeString(folder.resolve("broken.png"), "no image");

    predict(folder, fineTuned.val(), out).assertRefused("no classifier.json");
    Path damaged = Files.createDirectories(folder.resolve("damaged"));
    Files.writeString(damaged.resolve("classifier.json"), "{\"task\": \"finetune\"}");
    predict(damaged, fineTuned.val(), out).assertRefused("is damaged", "at least two classes");
    Files.writeString(damaged.resolve("classifier.json"), "{");
    predict(damaged, fineTuned.val(), out).assertRefused("is damaged");
    predict(fineTuned.folder(), folder.resolve("absent"), out).assertRefused("does not exist");
    predict(fineTuned.folder(), text, out).assertRefused("empty.txt names no image");
    predict(fineTuned.folder(), fineTuned.val(), out, "--top", "0").assertRefused("--top 0");
    predict(fineTuned.folder(), fineTuned.val(), folder).assertRefused("a folder");
    Execution none = predict(fineTuned.folder(), broken, out);
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.errors().get(1)).contains("none of the 1 images can be read");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactlyInAnyOrder(text, broken, damaged);
    }
  }

  private static Execution predict(Path job, Path images, Path out, String... more) {
    return Execution.of(
        Execution.joined(
            Execution.arguments("predict --job %s --images %s --out %s", job, images, out), more));
  }

  private static JsonNode read(Path json) throws IOException {
    return new ObjectMapper().readTree(json.toFile());
  }
}
