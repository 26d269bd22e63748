package dev.mto.engine.analysis;

import dev.mto.engine.Model;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.folder.RunFolder;
import dev.mto.engine.graph.TrainingGraph;
import dev.mto.engine.report.RunView;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** The pictures that a run makes of itself as it goes. */
public final class RunPictures {
  private final Model model;
  private final RunConfig config;
  private final RunFolder folder;
  private final RunView view;
  private final ReconstructionPicture reconstruction;
  private final AffinityPicture affinity;
  private final HeterogeneityPicture heterogeneity;

  /**
   * Pictures of a run.
   *
   * @param view reads what the run has logged
   */
  public RunPictures(
      TrainingGraph graph, SampleBatch sample, RunConfig config, RunFolder folder, RunView view) {
    this.view = view;
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

  /** {@code loss.png}, of what is logged. */
  public void loss() {
    Path png = folder.pictures().resolve("loss.png");
    try {
      view.lossChart().write(png);
    } catch (IOException e) {
      throw FileException.writing(png, e);
    }
  }
}
