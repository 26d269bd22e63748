package dev.mto.bench;

import dev.mto.engine.analysis.HeterogeneityByLayer;
import dev.mto.engine.analysis.LayerFigures;
import dev.mto.engine.analysis.RunAnalysis;
import dev.mto.engine.command.JsonOutput;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code analyze}: pictures and figures of trained weights. */
@Command(
    name = "analyze",
    mixinStandardHelpOptions = true,
    description =
        "Pictures and figures of a run's newest checkpoint, or of any file of weights, with a CSV"
            + " beside each picture.",
    footer = {
      "",
      "Examples:",
      "  ./mto analyze reconstruct --run runs/quickstart --out pictures",
      "  ./mto analyze heterogeneity --run runs/quickstart --json heterogeneity.json",
      "  ./mto analyze heterogeneity --run runs/quickstart --checkpoint 10 --out early",
      "  ./mto analyze affinity --run runs/quickstart --out pictures --softmax",
      "  ./mto analyze heterogeneity --weights mae.safetensors --config configs/mae-vit-base.yaml"
    })
final class AnalyzeCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "say what to analyze: reconstruct, heterogeneity or affinity");
  }

  @Command(
      name = "reconstruct",
      mixinStandardHelpOptions = true,
      description = {
        "Masked input, reconstruction and original of a few images, in pixels. Where the target is"
            + " normalised patch by patch, the usual picture takes mean and deviation from the"
            + " visible patches, and a second one from the original, which leaks the answer."
      },
      footer = {
        "",
        "Examples:",
        "  ./mto analyze reconstruct --run runs/quickstart --out pictures",
        "  ./mto analyze reconstruct --run runs/quickstart --checkpoint 10 --out early"
      })
  void reconstruct(@Mixin AnalyzedWeights analyzed) throws IOException {
    try (RunAnalysis analysis = analyzed.open()) {
      analysis.reconstruct(analyzed.out()).forEach(System.out::println);
    }
  }

  @Command(
      name = "heterogeneity",
      mixinStandardHelpOptions = true,
      description =
          "H of every layer (eq. 2), as Fig. 1 of the paper, beside the mean norms of masked and of"
              + " visible tokens: means over 1,000 images and what fills their last batch, in an"
              + " order and under masks that are the same for every run.",
      footer = {
        "",
        "Examples:",
        "  ./mto analyze heterogeneity --run runs/quickstart --json heterogeneity.json",
        "  ./mto analyze heterogeneity --weights mae.safetensors --config configs/mae-vit-base.yaml"
      })
  void heterogeneity(@Mixin AnalyzedWeights analyzed, @Mixin JsonOutput json) throws IOException {
    try (RunAnalysis analysis = analyzed.open()) {
      HeterogeneityByLayer result = analysis.heterogeneity(analyzed.out());
      System.out.println(
          "H "
              + analysis.weights()
              + ": "
              + result.masking().describe()
              + ", "
              + result.images()
              + " images");
      System.out.println("  layer                        H, nats   norm: masked   visible");
      result.layers().values().forEach(layers -> layers.forEach(AnalyzeCommand::print));
      json.write(figures(result));
    }
  }

  private static void print(String layer, LayerFigures figures) {
    System.out.printf(
        Locale.ROOT,
        "  %-28s %7.4f   %12.4f   %7.4f%n",
        layer,
        figures.heterogeneity(),
        figures.maskedNorm(),
        figures.visibleNorm());
  }

  private static void put(
      Map<String, Object> figures,
      String name,
      String group,
      Map<String, LayerFigures> layers,
      ToDoubleFunction<LayerFigures> figure) {
    figures.put(
        group.isEmpty() ? name : name + "." + group,
        layers.values().stream().mapToDouble(figure).toArray());
  }

  private static Map<String, Object> figures(HeterogeneityByLayer result) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("unit", "nats");
    figures.put("images", result.images());
    figures.put("mask_ratio", result.masking().ratio());
    figures.put("bound", result.masking().bound());
    result
        .layers()
        .forEach(
            (group, layers) -> {
              put(figures, "heterogeneity", group, layers, LayerFigures::heterogeneity);
              put(figures, "masked_norm", group, layers, LayerFigures::maskedNorm);
              put(figures, "visible_norm", group, layers, LayerFigures::visibleNorm);
            });
    return figures;
  }

  @Command(
      name = "affinity",
      mixinStandardHelpOptions = true,
      description = {
        "Affinity maps of all token pairs of every layer, as Fig. 2 of the paper: rows and columns"
            + " masked then visible; quadrants 1 masked x masked, 2 masked x visible, 3 visible x"
            + " masked, 4 visible x visible. Means over the images of heterogeneity."
      },
      footer = {
        "",
        "Examples:",
        "  ./mto analyze affinity --run runs/quickstart --out pictures",
        "  ./mto analyze affinity --run runs/quickstart --out pictures --softmax"
      })
  void affinity(
      @Mixin AnalyzedWeights analyzed,
      @Option(names = "--softmax", description = "Row softmax instead of raw dot products.")
          boolean softmax)
      throws IOException {
    try (RunAnalysis analysis = analyzed.open()) {
      analysis.affinity(analyzed.out(), softmax).forEach(System.out::println);
    }
  }
}
