package dev.mto.engine.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparePageTest {
  @TempDir private Path folder;
  private final Map<String, RunView> runs = new LinkedHashMap<>();

  @Test
  void runsOfOneMethodShareTheirCharts() throws IOException {
    run("a", "alpha", 1e-3, 3.2);
    run("b <i>", "alpha", 2e-3, 3.2);

    String html = new ComparePage(runs).html("");

    assertThat(html)
        .contains("Self-supervised loss: loss by epoch. a from 2 to 1; b &lt;i&gt; from 2 to 1.")
        .contains("H by layer, last measurement: H (nats)")
        .contains("<td>training.base_lr</td>", "0.001</td>", "0.002</td>")
        .contains("k-NN on frozen features: top-1 (%) by epoch. a 50; b &lt;i&gt; 50.")
        .doesNotContain("training.epochs", "<i>");
  }

  @Test
  void lossesOfDifferentMethodsStandApart() throws IOException {
    run("a", "alpha", 1e-3, 3.2);
    run("b", "beta", 1e-3, 2.8);

    assertThat(new ComparePage(runs).html(""))
        .contains("Self-supervised loss, alpha: loss by epoch. a from 2 to 1.")
        .contains("Self-supervised loss, beta: loss by epoch. b from 2 to 1.")
        .contains("different units")
        .contains("H / ln V");
  }

  @Test
  void whatEvaluationFoundIsOneTable() throws IOException {
    run("a", "alpha", 1e-3, 3.2);
    run("b", "alpha", 1e-3, 3.2);
    Path job = Files.createDirectories(folder.resolve("a/evaluate/finetune"));
    Files.writeString(job.resolve("result.json"), "{\"top1\": 0.734}");

    assertThat(new ComparePage(runs).html(""))
        .contains("<td>finetune</td><td class=\"number\">73.4 %</td><td class=\"number\"></td>")
        .contains("None: the runs have the same configuration.");
  }

  private void run(String name, String baseline, double rate, double bound) throws IOException {
    Path run = Files.createDirectories(folder.resolve(name));
    Files.writeString(
        run.resolve("config.yaml"),
        "baseline: %s\ntraining: {epochs: 2, base_lr: %s}\n".formatted(baseline, rate));
    Files.writeString(
        run.resolve("metrics.jsonl"),
        """
        {"step":1,"epoch":1,"loss.ss":2,"heterogeneity":[3,2],"heterogeneity.bound":%1$s}
        {"step":2,"epoch":2,"loss.ss":1,"heterogeneity":[3,1],"heterogeneity.bound":%1$s,"knn":0.5}
        """
            .formatted(bound));
    runs.put(name, new RunView(run));
  }
}
