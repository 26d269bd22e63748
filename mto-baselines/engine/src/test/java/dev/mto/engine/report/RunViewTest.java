package dev.mto.engine.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.engine.folder.FolderLock;
import java.awt.image.BufferedImage;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunViewTest {
  @TempDir Path folder;
  private Path run;

  @BeforeEach
  void makeFolder() throws IOException {
    run = Files.createDirectories(folder.resolve("quick & <small>"));
  }

  @Test
  void showsEverythingThatARunLogged() throws IOException {
    metrics(200);
    Files.writeString(run.resolve("config.yaml"), "baseline: simmim\n");
    Files.writeString(run.resolve("provenance.json"), "{\"host\":{\"cpu\":\"x86\"},\"seed\":1}");
    picture("reconstruction-0010");
    picture("affinity-0010");

    String html = report();

    assertThat(headings(html))
        .containsExactly(
            "Loss",
            "Reconstructions",
            "Heterogeneity of masked and visible tokens",
            "Affinity of all token pairs",
            "Terms of Masked Token Optimization",
            "Accuracy",
            "Mask token",
            "Optimization",
            "Configuration",
            "Provenance");
    assertThat(html)
        .contains(
            "Sparsity L_spa (eq. 3)", "Initial heterogeneity L_e (eq. 6)", "Ranking L_r (eq. 7)")
        .contains("bound ln V", ">step 1</text>", ">step 200</text>")
        .contains("<th>host.cpu</th><td>x86</td>")
        .contains("baseline: simmim");
  }

  @Test
  void comparesTheLossWithItsReference() throws IOException {
    Files.writeString(
        run.resolve("metrics.jsonl"),
        "{\"step\":1,\"loss\":0.9,\"loss.ss\":0.15,\"loss.reference\":0.2}\n");
    assertThat(report()).contains("25.0 % below the reference");

    Files.writeString(
        run.resolve("metrics.jsonl"),
        "{\"step\":1,\"loss\":0.9,\"loss.ss\":0.25,\"loss.reference\":0.2}\n");
    assertThat(report()).contains("not yet below the reference");
  }

  @Test
  void needsNothingFromOutside() throws IOException {
    metrics(20);
    picture("reconstruction-0010");

    assertThat(report())
        .doesNotContain("http:")
        .doesNotContain("https:")
        .doesNotContain("<script")
        .doesNotContainPattern("(src|href)=\"(?!data:|#)")
        .doesNotContain("url(");
  }

  @Test
  void escapesNamesConfigurationAndProvenance() throws IOException {
    Files.writeString(run.resolve("config.yaml"), "data: <script>alert('x')</script> & more\n");
    Files.writeString(run.resolve("provenance.json"), "{\"<b>\":\"<i>\"}");

    assertThat(report())
        .contains("<title>quick &amp; &lt;small&gt;</title>")
        .contains("data: &lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; more")
        .contains("<th>&lt;b&gt;</th><td>&lt;i&gt;</td>")
        .doesNotContain("<script>");
  }

  @Test
  void leavesOutSectionsThatHaveNoFile() throws IOException {
    String html = report();

    assertThat(headings(html)).isEmpty();
    assertThat(html).contains("No step has been logged yet.");
  }

  @Test
  void leavesOutChartsThatHaveNoField() throws IOException {
    Files.writeString(run.resolve("metrics.jsonl"), "{\"step\":1,\"loss\":0.5}\n");

    assertThat(headings(report())).containsExactly("Loss");
  }

  @Test
  void showsTheLatestPictureFirstAndEarlierOnesBeside() throws IOException {
    for (int epoch = 2; epoch <= 20; epoch += 2) {
      picture("reconstruction-%04d".formatted(epoch));
    }

    String html = report();

    assertThat(html).containsSubsequence("raw prediction, epoch 20", "raw prediction, epoch 2");
    assertThat(html.split("<img ", -1)).hasSize(1 + 1 + 4);
    String bytes =
        Base64.getEncoder()
            .encodeToString(
                Files.readAllBytes(run.resolve("pictures").resolve("reconstruction-0020.png")));
    assertThat(html).contains("data:image/png;base64," + bytes);
  }

  @Test
  void showsNormsBesideHeterogeneityAndTheGradientsOfTheTerms() throws IOException {
    StringBuilder rows = new StringBuilder();
    for (int step = 1; step < 4; step++) {
      rows.append(
          """
          {"step":%d,"loss":1,"loss.spa":2,"loss.norm_penalty":0.1,"heterogeneity":[3,2,1],\
          "norm.visible":[1,2,%d],"norm.masked":[1,2,3],"mto_weight.spa":0.%d,"mto_weight.e":0.1,\
          "grad_share.spa":0.03,"grad_cosine.spa":-0.2,"temperature":0.9}
          """
              .formatted(step, step, step));
    }
    Files.writeString(run.resolve("metrics.jsonl"), rows);

    assertThat(headings(report()))
        .containsExactly(
            "Loss",
            "Heterogeneity of masked and visible tokens",
            "Terms of Masked Token Optimization");
    assertThat(report())
        .contains("Token norms", "visible, layer 0", "masked, last layer")
        .contains("Where token norms grow while H falls")
        .contains("Penalty on long tokens")
        .contains("Weights of the terms", "Share of the gradient", "Cosine with")
        .contains("Temperature of the softmax");
  }

  @Test
  void weightsThatStayAndNormsThatAreNotThereHaveNoChart() throws IOException {
    Files.writeString(
        run.resolve("metrics.jsonl"),
        "{\"step\":1,\"loss\":1,\"loss.spa\":2,\"mto_weight.spa\":0.1,\"heterogeneity\":[3,2]}\n");

    assertThat(report())
        .doesNotContain("Token norms", "token norms")
        .doesNotContain("Weights of the terms", "Share of the gradient", "Temperature");
  }

  @Test
  void namesTheDecodersOfAMethodThatHasTwo() throws IOException {
    Files.writeString(
        run.resolve("metrics.jsonl"),
        "{\"step\":1,\"loss\":1,\"loss.pixel.spa\":2,\"heterogeneity.feature\":[3,2]}\n");

    assertThat(report())
        .contains("Sparsity L_spa (eq. 3), pixel decoder")
        .contains("H of each layer, feature decoder");
  }

  @Test
  void countsRowsWhoseLossIsNotFinite() throws IOException {
    Files.writeString(
        run.resolve("metrics.jsonl"), "{\"step\":1,\"loss\":1}\n{\"step\":2,\"loss\":NaN}\n");

    assertThat(report()).contains("not finite in 1 rows");
  }

  @Test
  void downsamplesALongRun() throws IOException {
    metrics(20_000);

    String html = report();

    long points =
        Pattern.compile("<path class=\"line\" d=\"([^\"]*)\"")
            .matcher(html)
            .results()
            .mapToLong(path -> path.group(1).chars().filter(c -> c == 'M' || c == 'L').count())
            .max()
            .orElseThrow();
    assertThat(points).isBetween(400L, 800L);
    assertThat(html).contains("20,000");
  }

  @Test
  void imagesThatWereLeftOutAreCounted() throws IOException {
    Files.writeString(folder.resolve("metrics.jsonl"), "{\"step\":1,\"loss\":1}\n");
    Files.writeString(folder.resolve("bad-images.txt"), "a.png\tempty file\nb.png\tempty file\n");

    assertThat(new RunView(folder).write(RunState.STOPPED, "", 30))
        .content()
        .contains("2 images could not be read and were left out");
    Files.writeString(folder.resolve("bad-images-1.txt"), "b.png\tempty file\nc.png\tcut short\n");
    assertThat(new RunView(folder).write(RunState.STOPPED, "", 30))
        .content()
        .as("two workers, one of whose images both have")
        .contains("3 images could not be read and were left out");
  }

  @Test
  void aRunningRunsPageRenewsItselfAndAnEndedOnesDoesNot() throws IOException {
    metrics(50);
    Files.writeString(
        run.resolve("config.yaml"),
        "baseline: simmim\ntraining: {epochs: 20, batch: 10, accumulate: 2}\n");
    RunView view = new RunView(run);

    assertThat(view.write(RunState.RUNNING, "", 17))
        .content()
        .contains("http-equiv=\"refresh\" content=\"17\"")
        .contains("<b>running</b> epoch 10 of 20, step 50 of 100; about 2 s left");
    for (RunState ended : List.of(RunState.FINISHED, RunState.STOPPED, RunState.FAILED)) {
      assertThat(view.write(ended, "a < b", 17))
          .content()
          .doesNotContain("refresh")
          .contains("<b>" + ended.title() + "</b>", "a &lt; b");
    }
  }

  @Test
  void theFolderTellsWhatTheRunIsDoing() throws IOException {
    RunView view = new RunView(run);
    assertThat(view.state()).isEqualTo(RunState.STOPPED);
    try (FolderLock lock = FolderLock.of(run)) {
      assertThat(lock).isNotNull();
      assertThat(view.state()).isEqualTo(RunState.RUNNING);
    }
    assertThat(view.state()).isEqualTo(RunState.STOPPED);
    metrics(50);
    Files.writeString(run.resolve("config.yaml"), "training: {epochs: 10}\n");
    assertThat(view.state()).isEqualTo(RunState.FINISHED);
  }

  @Test
  void theHeadingSaysWhatTheRunIs() throws IOException {
    Files.writeString(
        run.resolve("config.yaml"),
        """
        baseline: other
        mto: {enabled: false}
        data: {train: /data/imagenet/train}
        model: {dim: 96, depth: 4, image: [32, 48]}
        """);
    Files.writeString(
        run.resolve("provenance.json"),
        "{\"started\":\"2026-11-29T05:20:37.2Z\",\"data.train.images\":1281167}");

    assertThat(report())
        .contains(
            "other without MTO · 1,281,167 images of imagenet/train · width 96, 4 blocks, images of"
                + " 32 × 48 pixels · begun 2026-11-29 05:20 UTC");
  }

  @Test
  void chartsHaveScalesOfStepsAndOfEpochs() throws IOException {
    metrics(200);

    assertThat(report()).contains(">epoch</text>", ">step</text>");
  }

  @Test
  void saysWhatIsNormalWithTheFiguresOfTheRun() throws IOException {
    metrics(20);

    assertThat(report())
        .contains("never below 1/ln V = 1/4.331 = 0.2309 here")
        .contains("(3 × ln 2 = 2.079 here, unless mto.ranking_layers or mto.margin is set)")
        .contains("ln V for V visible tokens (4.331 for 76)");
  }

  @Test
  void namesThatLookLikePartsOfATemplateStayNames() throws IOException {
    Files.writeString(run.resolve("config.yaml"), "a: '{{title}} {{content}} $1'\n");

    assertThat(report()).contains("a: &#39;{{title}} {{content}} $1&#39;");
  }

  @Test
  void refusesAFolderThatIsNotThere() {
    assertThatThrownBy(() -> new RunView(folder.resolve("none")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no run folder at")
        .hasMessageContaining("none");
  }

  private String report() throws IOException {
    return Files.readString(new RunView(run).write(RunState.FINISHED, "", 30));
  }

  private static List<String> headings(String html) {
    return Pattern.compile("<h2>(.*?)</h2>").matcher(html).results().map(h -> h.group(1)).toList();
  }

  private void picture(String name) throws IOException {
    Path pictures = Files.createDirectories(run.resolve("pictures"));
    BufferedImage image = new BufferedImage(4, 2, BufferedImage.TYPE_INT_RGB);
    ImageIO.write(image, "png", pictures.resolve(name + ".png").toFile());
  }

  private void metrics(int steps) throws IOException {
    try (BufferedWriter rows = Files.newBufferedWriter(run.resolve("metrics.jsonl"))) {
      for (int step = 1; step <= steps; step++) {
        double done = (double) step / steps;
        rows.write(
            String.format(
                Locale.ROOT,
                "{\"step\":%d,\"epoch\":%d,\"loss\":%f,\"loss.ss\":%f,\"loss.spa\":%f,\"loss.e\":%f,"
                    + "\"loss.r\":%f,\"loss.reference\":0.31,\"heterogeneity\":[4.33,%f,%f,%f],"
                    + "\"heterogeneity.bound\":4.3307,\"lr\":%f,\"grad_norm\":%f,"
                    + "\"images_per_second\":%f,\"mask_token_norm\":%f,\"mask_visible_cosine\":%f",
                step,
                (step * 10 + steps - 1) / steps,
                0.2 + 0.4 * Math.exp(-5 * done) + 0.01 * Math.sin(step),
                0.19 + 0.4 * Math.exp(-5 * done) + 0.01 * Math.sin(step),
                30 - 4 * done,
                0.231 + 0.02 * (1 - done),
                0.7 - 0.1 * done,
                4.33 - done,
                4.33 - 2 * done * done,
                4.33 - 2.6 * done,
                0.001 * Math.sin(Math.PI * done),
                3 * Math.exp(-3 * done) + 0.1,
                410 + 5 * Math.sin(step),
                0.3 + done,
                0.4 - 0.3 * done));
        if (step % Math.max(1, steps / 5) == 0) {
          rows.write(
              String.format(
                  Locale.ROOT, ",\"knn\":%f,\"val_loss\":%f", 0.6 + 0.2 * done, 0.3 - 0.1 * done));
        }
        rows.write("}\n");
      }
    }
  }
}
