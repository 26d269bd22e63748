package dev.mto.speed.step;

import dev.mto.engine.command.DeviceOption;
import dev.mto.engine.command.JsonOutput;
import dev.mto.engine.config.TrainingConfig.Precision;
import dev.mto.speed.TemporaryFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench memory}: what a batch needs, with gradient checkpointing and without. */
@Command(
    name = "memory",
    mixinStandardHelpOptions = true,
    description = {
      "Memory for activations per image, what does not grow with the batch (gradients and scratch),"
          + " and the step's time, with training.gradient_checkpointing and without."
    },
    footer = {
      "",
      "Examples:",
      "  ./mto bench memory",
      "  ./mto bench memory --case mae-vit-base --precision bfloat16"
    })
public final class MemoryCommand implements Callable<Integer> {
  // so many that activations, not the gradients of all parameters at the end, set the most
  private static final int SMALL = 24;
  private static final int LARGE = 32;
  private static final int STEPS = 2;

  @Option(
      names = "--case",
      paramLabel = "NAME",
      defaultValue = "simmim-vit-base",
      description = "A standard case (default: ${DEFAULT-VALUE}); bench step --list shows them.")
  private String name;

  @Option(
      names = "--precision",
      paramLabel = "NAME",
      defaultValue = "float32",
      description = "float32, or bfloat16 or, on a GPU, tf32 after it (default: ${DEFAULT-VALUE}).")
  private Precision precision;

  @Mixin DeviceOption device = new DeviceOption();

  @Mixin private JsonOutput json = new JsonOutput();

  private record Need(double mebibytes, double milliseconds) {}

  /** How activations grow with the batch, and the time of a step of the larger one. */
  private record Growth(double mibAnImage, double mibBesides, double milliseconds) {
    Map<String, Double> figures() {
      return Map.of("mib_an_image", mibAnImage, "mib_besides", mibBesides, "ms", milliseconds);
    }
  }

  @Override
  public Integer call() throws IOException {
    StandardCase standard = StandardCase.named(List.of(name)).get(0);
    System.out.printf(
        Locale.ROOT,
        "%s, 224 px:  MiB an image   MiB besides   ms (%d images)%n",
        standard.name(),
        LARGE);
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("case", standard.name());
    figures.put("images", LARGE);
    Children children = Children.onChosenDevice();
    Growth wide = null;
    try (TemporaryFolder folder = new TemporaryFolder(StepCommand.FOLDER)) {
      for (Precision each : EnumSet.of(Precision.FLOAT32, precision)) {
        String title = each.name().toLowerCase(Locale.ROOT);
        Path own = folder.path().resolve(title);
        Growth kept = growth(standard, each, false, children, own);
        print(title, kept);
        Growth recomputed = growth(standard, each, true, children, own);
        print(title + ", gradient checkpointing", recomputed);
        System.out.printf(
            Locale.ROOT,
            "  checkpointing costs %+.0f %% of a step%n",
            100 * (recomputed.milliseconds() / kept.milliseconds() - 1));
        figures.put(
            title,
            Map.of(
                "everything_kept", kept.figures(), "gradient_checkpointing", recomputed.figures()));
        if (wide == null) {
          wide = kept;
        } else {
          System.out.printf(
              Locale.ROOT,
              "  an image in %s needs %.2f of float32%n",
              title,
              kept.mibAnImage() / wide.mibAnImage());
        }
      }
    }
    json.write(figures);
    return 0;
  }

  private static void print(String title, Growth growth) {
    System.out.printf(
        Locale.ROOT,
        "  %-32s %12.1f %13.1f %12.0f%n",
        title,
        growth.mibAnImage(),
        growth.mibBesides(),
        growth.milliseconds());
  }

  private static Growth growth(
      StandardCase standard,
      Precision precision,
      boolean checkpointing,
      Children children,
      Path folder)
      throws IOException {
    Need few = need(standard, SMALL, precision, checkpointing, children, folder);
    Need many = need(standard, LARGE, precision, checkpointing, children, folder);
    double perImage = (many.mebibytes() - few.mebibytes()) / (LARGE - SMALL);
    return new Growth(perImage, few.mebibytes() - perImage * SMALL, many.milliseconds());
  }

  private static Need need(
      StandardCase standard,
      int batch,
      Precision precision,
      boolean checkpointing,
      Children children,
      Path folder)
      throws IOException {
    BenchmarkCase benchmark =
        new StandardCase(standard.method(), standard.preset(), batch)
            .prepare(
                folder.resolve(batch + "-" + checkpointing),
                "training.precision=" + precision.name().toLowerCase(Locale.ROOT),
                "training.gradient_checkpointing=" + checkpointing);
    try (ChildProcess process = children.ours(benchmark, true)) {
      double fastest = Collections.min(process.steps(STEPS));
      return new Need(process.ask("held").get("mb").asDouble(), fastest);
    }
  }
}
