package dev.mto.speed.step;

import dev.mto.engine.command.JsonOutput;
import dev.mto.speed.TemporaryFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
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
    footer = {"", "Examples:", "  ./mto bench memory", "  ./mto bench memory --case mae-vit-small"})
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

  @Mixin private JsonOutput json = new JsonOutput();

  private record Need(double mebibytes, double milliseconds) {}

  @Override
  public Integer call() throws IOException {
    StandardCase standard = StandardCase.named(List.of(name)).get(0);
    Children children = new Children(Children.Kernels.FAST, null);
    System.out.printf(
        Locale.ROOT,
        "%s, 224 px:  MiB an image   MiB besides   ms (%d images)%n",
        standard.name(),
        LARGE);
    List<Need> large = new ArrayList<>();
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("case", standard.name());
    figures.put("images", LARGE);
    try (TemporaryFolder folder = new TemporaryFolder(StepCommand.FOLDER)) {
      for (boolean checkpointing : List.of(false, true)) {
        Need one = need(standard, SMALL, checkpointing, children, folder.path());
        Need more = need(standard, LARGE, checkpointing, children, folder.path());
        double perImage = (more.mebibytes() - one.mebibytes()) / (LARGE - SMALL);
        System.out.printf(
            Locale.ROOT,
            "  %-24s %12.1f %13.1f %12.0f%n",
            checkpointing ? "gradient checkpointing" : "everything kept",
            perImage,
            one.mebibytes() - perImage * SMALL,
            more.milliseconds());
        large.add(more);
        figures.put(
            checkpointing ? "gradient_checkpointing" : "everything_kept",
            Map.of(
                "mib_an_image",
                perImage,
                "mib_besides",
                one.mebibytes() - perImage * SMALL,
                "ms",
                more.milliseconds()));
      }
    }
    System.out.printf(
        Locale.ROOT,
        "  checkpointing costs %+.0f %% of a step%n",
        100 * (large.get(1).milliseconds() / large.get(0).milliseconds() - 1));
    json.write(figures);
    return 0;
  }

  private static Need need(
      StandardCase standard, int batch, boolean checkpointing, Children children, Path folder)
      throws IOException {
    BenchmarkCase benchmark =
        new StandardCase(standard.method(), standard.preset(), batch)
            .prepare(
                folder.resolve(batch + "-" + checkpointing),
                "training.gradient_checkpointing=" + checkpointing);
    try (ChildProcess process = children.ours(benchmark, true)) {
      double fastest = Collections.min(process.steps(STEPS));
      return new Need(process.ask("held").get("mb").asDouble(), fastest);
    }
  }
}
