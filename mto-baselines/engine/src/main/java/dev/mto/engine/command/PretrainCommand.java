package dev.mto.engine.command;

import dev.mto.data.folder.ImageFolder;
import dev.mto.data.storage.Locations;
import dev.mto.engine.Baseline;
import dev.mto.engine.Baselines;
import dev.mto.engine.collective.PortRange;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.ResumedConfig;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.DivergenceException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.RunFolder;
import dev.mto.engine.folder.Start;
import dev.mto.engine.folder.StopSignal;
import dev.mto.engine.run.ClusterJob;
import dev.mto.engine.run.ClusterTraining;
import dev.mto.engine.run.DryRun;
import dev.mto.engine.run.ExpectedRun;
import dev.mto.engine.run.PretrainingJob;
import dev.mto.engine.run.StepShare;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pretrain}: the main job. */
@Command(
    name = "pretrain",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Pre-trains a Vision Transformer by masked image modelling.",
    footer = {
      "",
      "Examples:",
      "  ./mto pretrain --config configs/quickstart.yaml",
      "  ./mto pretrain --config configs/quickstart.yaml --out runs/no-mto --set mto.enabled=false",
      "  ./mto pretrain --config configs/simmim-vit-base.yaml --set data.train=/data/imagenet/train",
      "  ./mto pretrain --config configs/simmim-vit-base.yaml --dry-run --workers 8",
      "  ./mto pretrain --config configs/quickstart.yaml --resume",
      "  ./mto pretrain --config configs/mae-vit-base.yaml --device cuda",
      "  ./mto pretrain --resume --out runs/quickstart --set training.epochs=40",
      "  ./mto pretrain --config configs/mae-vit-base.yaml --init mae_visualize_vit_base.pth",
      "  ./mto pretrain --config configs/mae-tiny.yaml --set training.accumulate=2 --cluster local[2]"
    })
public final class PretrainCommand implements Callable<Integer> {
  private static final Pattern LOCAL = Pattern.compile("local\\[(\\d{1,4})]");

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description =
          "Configuration in YAML; configs/ holds examples. Not needed to resume with --out.")
  private Path config;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description =
          "Folder of the run (default: runs/ and the configuration's name). With --cluster also an"
              + " address such as hdfs://HOST/runs/NAME.")
  private String out;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Overrides one key, e.g. --set training.epochs=20. May be given often.")
  private List<String> settings = List.of();

  @Option(
      names = "--resume",
      description =
          "Goes on from the run's newest checkpoint; starts where there is no run yet. Settings may"
              + " change what alters no number, and announced and recorded the epochs, learning"
              + " rates and weights of losses.")
  private boolean resume;

  @Option(
      names = "--init",
      paramLabel = "FILE",
      description =
          "Starts a new run with the weights of a file: safetensors, or an official .pth checkpoint"
              + " with all of the model. The optimizer and the schedule start anew.")
  private Path init;

  @Option(
      names = "--entry",
      paramLabel = "NAME",
      description = "With --init: the entry of a training checkpoint to take, e.g. model_ema.")
  private String entry;

  @Option(
      names = "--dry-run",
      description =
          "Trains nothing and makes no folder: looks at all that the run needs, makes a few of its"
              + " steps to time them, and says what it would take; with --cluster has the workers"
              + " look, too. Ends with 0 where it would begin.")
  private boolean dryRun;

  @Mixin private JsonOutput json = new JsonOutput();

  @Option(
      names = "--cluster",
      paramLabel = "MASTER",
      description =
          "Trains by several workers on an Apache Spark cluster, spark://HOST:PORT, or by N on this"
              + " machine for trying, local[N]. Spark is found by SPARK_HOME. The numbers are those"
              + " of one process.")
  private String cluster;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description =
          "With --cluster: how many, a power of two that divides training.accumulate (default: the N"
              + " of local[N]). With --dry-run alone: for how many to estimate.")
  private Integer workers;

  @Option(
      names = "--bandwidth",
      paramLabel = "GB/S",
      description =
          "With --dry-run and workers: what each sends, and at the same time receives (default:"
              + " ${DEFAULT-VALUE}, about what 10 Gb/s leave; bench exchange measures it).")
  private double bandwidth = 1;

  @Option(
      names = "--ports",
      paramLabel = "FIRST-LAST",
      description = "With --cluster: where workers listen for each other (default: any).")
  private String ports = "0";

  @Option(
      names = "--retries",
      paramLabel = "N",
      description =
          "With --cluster: how often a training whose worker failed goes on from the same checkpoint"
              + " (default: ${DEFAULT-VALUE}).")
  private int retries = 3;

  @Mixin DeviceOption device = new DeviceOption();

  @Mixin private KernelsOption kernels = new KernelsOption();

  @Override
  public Integer call() {
    kernels.apply();
    if (config == null && (out == null || !resume)) {
      throw new UserException(
          "--config: is missing; give one such as configs/quickstart.yaml, or --resume --out DIR to go on with a run");
    }
    Path root = root();
    if (cluster != null) {
      root = root.toAbsolutePath();
    } else if (workers != null && !dryRun) {
      throw new UserException("--workers " + workers + ": is of --cluster; give that too");
    }
    if (entry != null && init == null) {
      throw new UserException("--entry " + entry + ": is of the file of --init; give that too");
    }
    if (!(bandwidth > 0)) {
      throw new UserException("--bandwidth " + bandwidth + ": must be greater than 0");
    }
    if (json.wanted() && !dryRun) {
      throw new UserException("--json: has the figures of --dry-run; give that too");
    }
    if (resume && init != null) {
      throw new UserException(
          "--resume goes on with a run's own weights and --init starts a new run; give one of them");
    }
    if (resume && RunFolder.isRun(root)) {
      RunFolder folder = RunFolder.open(root);
      RunConfig own = ConfigLoader.read(folder.config());
      RunConfig asked = ConfigLoader.read(folder.config(), settings);
      ResumedConfig resumed = ResumedConfig.of(folder.config(), own, everywhere(asked));
      if (config != null) {
        ResumedConfig.differences(folder.config(), resumed.config(), load())
            .forEach(other -> System.out.println(config + ": the run keeps its own: " + other));
      }
      Start start = Start.resumed(resumed.announced());
      return dryRun ? dryRun(resumed.config(), root, start) : run(resumed.config(), folder, start);
    }
    if (config == null) {
      throw new UserException(
          root + ": there is no run to resume; to start one there, give --config FILE");
    }
    if (resume) {
      System.out.println(root + ": nothing to resume there, starting");
    }
    RunConfig resolved = everywhere(load());
    return start(
        resolved, root, init == null ? Start.anew() : Start.from(init, Optional.ofNullable(entry)));
  }

  private Path root() {
    if (out == null) {
      return Path.of("runs", name(config));
    }
    Path root;
    try {
      root = Locations.path(out);
    } catch (IllegalArgumentException e) {
      throw new UserException("--out " + e.getMessage(), e);
    }
    if (!Locations.isOfSystem(root) && root.getFileName() == null) {
      throw new UserException("--out %s: is a root; name a folder in it".formatted(out));
    }
    if (cluster == null && !Locations.isOfSystem(root)) {
      throw new UserException(
          "--out %s: only trainings on a cluster (--cluster) keep their run there; name a folder of this machine"
              .formatted(out));
    }
    return root;
  }

  private RunConfig load() {
    return ConfigLoader.load(config, settings, name -> Baselines.named(name).recipe());
  }

  /** The configuration with paths that do not depend on where a worker runs. */
  private RunConfig everywhere(RunConfig read) {
    return cluster == null ? read : read.withAbsolutePaths();
  }

  private Integer start(RunConfig resolved, Path root, Start start) {
    Baseline baseline = Baselines.named(resolved.baseline());
    check(baseline, resolved);
    if (cluster != null) {
      StepShare.requirePossible(workers(), resolved.training());
    }
    if (dryRun) {
      return dryRun(resolved, root, start);
    }
    RunFolder folder = RunFolder.create(root);
    try {
      return run(resolved, folder, start);
    } catch (DivergenceException e) {
      throw e;
    } catch (RuntimeException e) {
      folder.discard();
      throw e;
    }
  }

  private Integer dryRun(RunConfig resolved, Path root, Start start) {
    Baseline baseline = Baselines.named(resolved.baseline());
    int of = cluster != null ? workers() : workers != null ? workers : 1;
    ExpectedRun expected =
        DryRun.of(baseline, resolved, root, start, of, bandwidth * 1e9, System.out);
    expected.lines().forEach(System.out::println);
    if (cluster != null
        && !ClusterTraining.found().survey(job(resolved, root, start), System.out)) {
      return StopSignal.EXIT_CODE;
    }
    System.out.println("the run would begin: " + root);
    json.write(expected.figures());
    return 0;
  }

  /** Refuses what can be before the folder is made, so that a typing error leaves none behind. */
  private static void check(Baseline baseline, RunConfig config) {
    try {
      config.model().vit(config.data().channels());
      baseline.masks(config);
    } catch (IllegalArgumentException e) {
      throw new UserException(e.getMessage(), e);
    }
    folder("data.train", config.data().train());
    if (config.data().val() != null) {
      folder("data.val", config.data().val());
    }
  }

  private static void folder(String key, String value) {
    Path path;
    try {
      path = Locations.path(value);
    } catch (IllegalArgumentException e) {
      throw new UserException(key + ": " + e.getMessage(), e);
    }
    if (!Files.isDirectory(path) && !ImageFolder.isArchive(path)) {
      throw new UserException(
          "%1$s: %2$s is not a folder; give the folder or tar archive of the images (--set %1$s=DIR)"
              .formatted(key, value));
    }
  }

  private int workers() {
    return workers(cluster, workers);
  }

  /** How many workers there are on a cluster; {@code workers} may be null. */
  static int workers(String cluster, Integer workers) {
    if (workers != null) {
      return workers;
    }
    Matcher local = LOCAL.matcher(cluster);
    if (local.matches()) {
      return Integer.parseInt(local.group(1));
    }
    throw new UserException("--workers: is missing; give the number of workers");
  }

  private Integer run(RunConfig resolved, RunFolder folder, Start start) {
    if (cluster != null) {
      StepShare.requirePossible(workers(), resolved.training());
      ClusterJob job = job(resolved, folder.root(), start);
      return ClusterTraining.found().train(job, System.out) ? 0 : StopSignal.EXIT_CODE;
    }
    Baseline baseline = Baselines.named(resolved.baseline());
    PrintStream console = System.out;
    try (PretrainingJob job = new PretrainingJob(baseline, resolved, folder, start, console)) {
      return job.run() ? 0 : StopSignal.EXIT_CODE;
    }
  }

  private ClusterJob job(RunConfig resolved, Path root, Start start) {
    return new ClusterJob(
        resolved,
        root,
        start.withAbsolutePath(),
        cluster,
        workers(),
        PortRange.parse(ports),
        retries);
  }

  private static String name(Path config) {
    return config.getFileName().toString().replaceFirst("\\.(yaml|yml)$", "");
  }
}
