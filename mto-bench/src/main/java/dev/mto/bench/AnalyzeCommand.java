package dev.mto.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.AtomicFiles;
import dev.mto.engine.Baselines;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.run.RunAnalysis;
import dev.mto.engine.run.RunFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code analyze}: pictures and figures of a run. */
@Command(
    name = "analyze",
    mixinStandardHelpOptions = true,
    description = "Pictures and figures of a run's newest checkpoint.",
    footer = {
      "",
      "Examples:",
      "  ./mto analyze reconstruct --run runs/quickstart --out pictures",
      "  ./mto analyze heterogeneity --run runs/quickstart --json heterogeneity.json",
      "  ./mto analyze affinity --run runs/quickstart --out pictures --softmax"
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
      description = "Masked input, reconstruction and original of a few images.")
  void reconstruct(
      @Option(names = "--run", required = true, paramLabel = "DIR", description = "A run's folder.")
          Path run,
      @Option(
              names = "--out",
              defaultValue = "pictures",
              paramLabel = "DIR",
              description = "Where pictures go (default: ${DEFAULT-VALUE}).")
          Path out) {
    try (RunAnalysis analysis = open(run)) {
      System.out.println(analysis.reconstruct(out));
    }
  }

  @Command(
      name = "heterogeneity",
      mixinStandardHelpOptions = true,
      description = "H of every layer (eq. 2), as Fig. 1 of the paper.")
  void heterogeneity(
      @Option(names = "--run", required = true, paramLabel = "DIR", description = "A run's folder.")
          Path run,
      @Option(
              names = "--out",
              defaultValue = "pictures",
              paramLabel = "DIR",
              description = "Where pictures go (default: ${DEFAULT-VALUE}).")
          Path out,
      @Option(names = "--json", paramLabel = "FILE", description = "Writes the figures here.")
          Path json)
      throws IOException {
    try (RunAnalysis analysis = open(run)) {
      RunAnalysis.Heterogeneity result = analysis.heterogeneity(out);
      System.out.printf(
          Locale.ROOT,
          "H in nats (natural logarithm), mask ratio %.2f, bound ln V = %.4f, after %d steps%n",
          analysis.maskRatio(),
          result.bound(),
          analysis.steps());
      result
          .layers()
          .forEach(
              (group, h) -> System.out.println(group + (group.isEmpty() ? "" : ": ") + line(h)));
      if (json != null) {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("unit", "nats");
        figures.put("mask_ratio", analysis.maskRatio());
        figures.put("bound", result.bound());
        figures.put("steps", analysis.steps());
        result
            .layers()
            .forEach(
                (group, h) ->
                    figures.put(group.isEmpty() ? "heterogeneity" : "heterogeneity." + group, h));
        AtomicFiles.writeString(
            json,
            new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(figures) + "\n");
      }
    }
  }

  @Command(
      name = "affinity",
      mixinStandardHelpOptions = true,
      description = {
        "Affinity maps of all token pairs of every layer, as Fig. 2 of the paper: rows and columns"
            + " masked then visible; quadrants 1 masked x masked, 2 masked x visible, 3 visible x"
            + " masked, 4 visible x visible."
      })
  void affinity(
      @Option(names = "--run", required = true, paramLabel = "DIR", description = "A run's folder.")
          Path run,
      @Option(
              names = "--out",
              defaultValue = "pictures",
              paramLabel = "DIR",
              description = "Where pictures go (default: ${DEFAULT-VALUE}).")
          Path out,
      @Option(names = "--softmax", description = "Row softmax instead of raw dot products.")
          boolean softmax) {
    try (RunAnalysis analysis = open(run)) {
      analysis.affinity(out, softmax);
      System.out.println(out.resolve("affinity.png"));
    }
  }

  private static RunAnalysis open(Path run) {
    RunFolder folder = RunFolder.open(run);
    RunConfig config = ConfigLoader.read(folder.config());
    return new RunAnalysis(Baselines.named(config.baseline()), config, folder, System.err::println);
  }

  private static String line(double[] values) {
    return Arrays.stream(values)
        .mapToObj(v -> String.format(Locale.ROOT, "%.4f", v))
        .collect(Collectors.joining("  "));
  }
}
