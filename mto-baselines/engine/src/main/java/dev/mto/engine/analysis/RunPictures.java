package dev.mto.engine.analysis;

import dev.mto.engine.Model;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.folder.RunFolder;
import dev.mto.engine.graph.TrainingGraph;
import dev.mto.engine.report.HtmlReport;
import java.io.IOException;
import java.util.Locale;

/** The pictures that a run makes of itself as it goes. */
public final class RunPictures {
  private final Model model;
  private final RunConfig config;
  private final RunFolder folder;
  private final ReconstructionPicture reconstruction;
  private final AffinityPicture affinity;
  private final HeterogeneityPicture heterogeneity;

  public RunPictures(TrainingGraph graph, SampleBatch sample, RunConfig config, RunFolder folder) {
    this.model = graph.model();
    this.config = config;
    this.folder = folder;
    this.reconstruction = new ReconstructionPicture(sample, config);
    this.affinity = new AffinityPicture(graph, sample, 1);
    this.heterogeneity = new HeterogeneityPicture(graph, sample, 1);
  }

  /** {@code reconstruction-0010.png} after {@code epochs} epochs. */
  public void reconstruction(int epochs) {
    reconstruction.write(
        model.outputs().predictions().get(0),
        folder.pictures().resolve(String.format(Locale.ROOT, "reconstruction-%04d.png", epochs)));
  }

  /** The pictures of a finished run. */
  public void last() {
    affinity.write(
        folder.pictures(), false, String.format(Locale.ROOT, "-%04d", config.training().epochs()));
    heterogeneity.write(
        folder.pictures().resolve("heterogeneity.png"),
        "after " + config.training().epochs() + " epochs");
  }

  /** The loss curve and {@code report.html}, from what the folder holds. */
  public void report() {
    try {
      LossChart.write(folder.metrics(), folder.pictures().resolve("loss.png"));
      HtmlReport.write(folder.root());
    } catch (IOException e) {
      throw FileException.reading(folder.root(), e);
    }
  }
}
