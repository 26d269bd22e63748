package dev.mto.bench.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.command.DeviceOption;
import dev.mto.engine.command.JsonOutput;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.AtomicFiles;
import dev.mto.engine.folder.RunFolder;
import dev.mto.engine.graph.LabelledImages;
import dev.mto.engine.pictures.LineChart;
import dev.mto.engine.pictures.Series;
import dev.mto.models.weights.SafeTensors;
import dev.mto.speed.JsonFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code evaluate curve}: S(E) of eq. 8, from the checkpoints that a run has kept. */
@Command(
    name = "curve",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Measures every checkpoint that a run has kept (checkpoint.every_epochs, checkpoint.keep) and"
          + " writes accuracy against epochs, as rauc reads it. What is measured already is not"
          + " measured again."
    },
    footer = {
      "",
      "Examples:",
      "  ./mto evaluate curve --run runs/quickstart --by knn",
      "  ./mto evaluate curve --run runs/quickstart --by finetune \\",
      "      --recipe configs/evaluate/finetune-tiny.yaml",
      "  ./mto rauc --baseline runs/no-mto/evaluate/knn-curve.csv \\",
      "      --target runs/quickstart/evaluate/knn-curve.csv --from 10 --to 20"
    })
final class CurveCommand implements Callable<Integer> {
  private static final String MADE_FROM = "made-from.json";

  /** How a checkpoint is measured. */
  enum Measure {
    KNN,
    LINEAR,
    ATTENTIVE,
    FINETUNE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(names = "--run", required = true, paramLabel = "DIR", description = "A run's folder.")
  private Path run;

  @Option(
      names = "--by",
      required = true,
      paramLabel = "NAME",
      description =
          "knn, linear, attentive or finetune. linear without a recipe is logistic regression on cached features,"
              + " as evaluate linear --cached; with one it is the probe by LARS.")
  private Measure measure;

  @Option(
      names = "--recipe",
      paramLabel = "FILE",
      description = "Recipe of linear, attentive or finetune, as those take it.")
  private Path recipe;

  @Option(
      names = "--recipe-set",
      paramLabel = "KEY=VALUE",
      description = "Overrides one key of the recipe. Repeatable.")
  private List<String> settings = List.of();

  @Mixin DeviceOption device;
  @Mixin private JsonOutput json;

  @Override
  public Integer call() throws Exception {
    if (measure == Measure.KNN && (recipe != null || !settings.isEmpty())) {
      throw new UserException("--recipe and --recipe-set: k-NN has no recipe; leave them out");
    }
    RunFolder folder = RunFolder.open(run);
    RunConfig config = ConfigLoader.read(folder.config());
    SortedMap<Integer, Path> kept = folder.store(config).kept();
    if (kept.isEmpty()) {
      throw new UserException(
          folder.checkpoints()
              + ": no checkpoint was kept; train with checkpoint.every_epochs above 0");
    }
    SortedMap<Integer, Double> accuracy = new TreeMap<>();
    Map<String, String> madeFrom = madeFrom(config);
    for (int epoch : kept.keySet()) {
      Path out = run.resolve("evaluate").resolve(measure + "-epoch-" + epoch);
      Path result = out.resolve("result.json");
      madeFrom.put("weights", SafeTensors.metadata(kept.get(epoch)).get("mto.checksum"));
      if (!isMeasured(out, result, madeFrom)) {
        int code = evaluate(epoch, out, result);
        if (code != 0) {
          return code;
        }
        JsonFile.write(out.resolve(MADE_FROM), madeFrom);
      }
      accuracy.put(epoch, new ObjectMapper().readTree(result.toFile()).get("top1").asDouble());
    }
    write(accuracy);
    return 0;
  }

  private Map<String, String> madeFrom(RunConfig config) throws IOException {
    LabelledImages images = LabelledImages.open(config, null);
    Map<String, String> madeFrom = new TreeMap<>();
    madeFrom.put("training images", images.train().identity());
    madeFrom.put("validation images", images.validation().identity());
    madeFrom.put("recipe", (recipe == null ? "" : Files.readString(recipe)) + settings);
    return madeFrom;
  }

  /**
   * Whether a result is there that is known to be of these; one that was made from something else
   * is refused. What {@code evaluate} itself has left there is measured again, or gone on with
   * where it is of the same recipe.
   */
  private static boolean isMeasured(Path out, Path result, Map<String, String> madeFrom)
      throws IOException {
    Path noted = out.resolve(MADE_FROM);
    boolean measured = Files.exists(result) && Files.exists(noted);
    if (measured) {
      JsonNode then = new ObjectMapper().readTree(noted.toFile());
      madeFrom.forEach(
          (what, now) -> {
            if (!then.path(what).asText().equals(now)) {
              throw new UserException(
                  "%s: was measured with other %s; remove that folder to measure again"
                      .formatted(out, what));
            }
          });
    }
    return measured;
  }

  private int evaluate(int epoch, Path out, Path result) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("--run", run.toString()));
    arguments.addAll(List.of("--checkpoint", Integer.toString(epoch)));
    Callable<Integer> command =
        switch (measure) {
          case KNN -> new KnnCommand();
          case LINEAR -> new LinearCommand();
          case ATTENTIVE -> new AttentiveCommand();
          case FINETUNE -> new FineTuneCommand();
        };
    if (measure == Measure.KNN) {
      Files.createDirectories(out);
      arguments.addAll(List.of("--untrained", "0", "--no-pixels", "--json", result.toString()));
    } else if (measure == Measure.LINEAR && recipe == null && settings.isEmpty()) {
      Files.createDirectories(out);
      arguments.addAll(List.of("--cached", "--twins", "0", "--json", result.toString()));
    } else {
      if (recipe != null) {
        arguments.addAll(List.of("--recipe", recipe.toString()));
      }
      settings.forEach(setting -> arguments.addAll(List.of("--recipe-set", setting)));
      arguments.addAll(List.of("--out", out.toString(), "--resume"));
    }
    new CommandLine(command)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .parseArgs(arguments.toArray(String[]::new));
    return command.call();
  }

  private void write(SortedMap<Integer, Double> accuracy) throws IOException {
    StringBuilder csv = new StringBuilder("epoch,accuracy\n");
    for (Map.Entry<Integer, Double> point : accuracy.entrySet()) {
      csv.append(point.getKey()).append(',').append(point.getValue()).append('\n');
    }
    Path file = run.resolve("evaluate").resolve(measure + "-curve.csv");
    AtomicFiles.writeString(file, csv.toString());
    LineChart.of(measure + " along " + run, "epoch of pre-training", "top-1 accuracy (%)")
        .with(
            Series.dots(
                "validation",
                accuracy.keySet().stream().mapToDouble(Integer::doubleValue).toArray(),
                accuracy.values().stream().mapToDouble(top1 -> 100 * top1).toArray()))
        .write(run.resolve("evaluate").resolve(measure + "-curve.png"));
    System.out.println(file);
    json.write(figures(accuracy));
  }

  private Map<String, Object> figures(SortedMap<Integer, Double> accuracy) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("task", "curve");
    figures.put("by", measure.toString());
    figures.put("run", run.toString());
    figures.put("top1_by_epoch", accuracy);
    return figures;
  }
}
