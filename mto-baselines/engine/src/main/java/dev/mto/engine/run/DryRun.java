package dev.mto.engine.run;

import dev.mto.data.folder.DatasetCheck;
import dev.mto.data.folder.DatasetReport;
import dev.mto.data.folder.ImageFolder;
import dev.mto.engine.Baseline;
import dev.mto.engine.collective.Collective;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.config.TrainingConfig;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.ByteCount;
import dev.mto.engine.folder.FolderLock;
import dev.mto.engine.folder.Provenance;
import dev.mto.engine.folder.RunFolder;
import dev.mto.engine.folder.RunLog;
import dev.mto.engine.folder.Start;
import dev.mto.engine.graph.Images;
import dev.mto.engine.graph.TrainingGraph;
import dev.mto.engine.weights.ModelWeights;
import dev.mto.engine.weights.WeightSource;
import dev.mto.executor.cuda.CudaKernelSets;
import dev.mto.executor.memory.AvailableMemory;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Looks at all that a run needs before it begins, and makes a few of its steps in memory. What the
 * run would refuse is refused in the same order and words. Nothing is written but the index of
 * archives, which the run finds then.
 */
public final class DryRun {
  private static final int LOOKED_AT = 200;
  private static final int WARM_UP = 3;
  private static final int MOST_STEPS = 10;
  private static final double SECONDS = 6;

  private final Baseline baseline;
  private final RunConfig config;
  private final Path root;
  private final Start start;
  private final int workers;
  private final double bandwidth;
  private final RunLog log;

  private final OptionalLong freeOnHost = AvailableMemory.ofThisMachine().bytes();

  private DryRun(
      Baseline baseline,
      RunConfig config,
      Path root,
      Start start,
      int workers,
      double bandwidth,
      PrintStream console) {
    this.baseline = baseline;
    this.config = config;
    this.root = root;
    this.start = start;
    this.workers = workers;
    this.bandwidth = bandwidth;
    this.log = new RunLog(console);
  }

  /**
   * What the run in {@code root} would take.
   *
   * @param workers for which it is estimated, beside one process
   * @param bandwidth bytes a second that a worker sends while it receives as many
   * @param console is told of unreadable images and damaged checkpoints
   * @throws RuntimeException that the run would end with before its first step; and a {@link
   *     UserException} when its checkpoints would fill the disk, which the run sees when it does
   */
  public static ExpectedRun of(
      Baseline baseline,
      RunConfig config,
      Path root,
      Start start,
      int workers,
      double bandwidth,
      PrintStream console) {
    StepShare.requirePossible(workers, config.training());
    DryRun dry = new DryRun(baseline, config, root, start, workers, bandwidth, console);
    if (start.resume()) {
      FolderLock.requireFree(root);
    } else {
      RunFolder.requireFree(root);
      RunFolder.requireWritable(root);
    }
    try {
      return dry.run();
    } catch (IllegalArgumentException e) {
      throw PretrainingJob.refusal(e);
    }
  }

  private ExpectedRun run() {
    TrainingConfig training = config.training();
    Images images = new Images(config, baseline, log::line);
    TrainingGraph graph = TrainingGraph.build(baseline, config, DataType.FLOAT);
    try (TrainingStep step = new TrainingStep(graph, config, config.log().heterogeneityEvery())) {
      OptionalLong free = freeMemory();
      Schedule schedule = Schedule.of(training, images, StepShare.of(Collective.alone(), training));
      long done = begin(images, graph, step, schedule);
      TimedSteps steps = new TimedSteps(step);
      ExpectedRun.Timing timing =
          done == schedule.steps()
              ? new ExpectedRun.Timing(0, 0, 0, 0)
              : timing(steps, images, training.accumulate(), done);
      ExpectedRun.Disk disk =
          new ExpectedRun.Disk(
              steps.checkpointBytes(),
              config.checkpoint().most(training.epochs()),
              RunFolder.freeBytes(root));
      requireDisk(disk);
      return new ExpectedRun(
          root,
          config,
          images.train(),
          images.validation(),
          sample(images.train()),
          schedule.stepsPerEpoch(),
          done,
          graph.trained().values().stream().mapToLong(INDArray::length).sum(),
          device(),
          timing,
          new ExpectedRun.Memory(step.bytesHeld(), disk.checkpoint(), free),
          disk,
          workers,
          bandwidth);
    }
  }

  /** Of the GPU where the steps are made on one, which their sessions have opened. */
  private OptionalLong freeMemory() {
    return CudaKernelSets.use()
        .map(use -> OptionalLong.of(use.totalBytes() - use.takenBytes()))
        .orElse(freeOnHost);
  }

  /** Takes over what the run would start from; how many steps of it are done. */
  private long begin(Images images, TrainingGraph graph, TrainingStep step, Schedule schedule) {
    if (!start.resume()) {
      start
          .weights()
          .map(file -> new WeightSource(file, start.entry(), Optional.empty()))
          .ifPresent(source -> new ModelWeights(graph, config).load(source));
      return 0;
    }
    RunFolder folder = RunFolder.open(root);
    Provenance.requireSame(folder.provenance(), images.train(), images.validation());
    TrainingLoop loop =
        new TrainingLoop(
            step, schedule, config.baseline(), config.vit().toString(), folder.store(config), log);
    loop.resume();
    return loop.done();
  }

  /** The first steps, which measure shares of gradients where there are some, are not timed. */
  private ExpectedRun.Timing timing(TimedSteps steps, Images images, int accumulate, long done) {
    steps.make(images, 1, WARM_UP, SECONDS);
    long measured = config.mto().gradientShare() > 0 ? config.mto().gradientShareSteps() : 0;
    steps.from(Math.max(done, measured));
    TimedSteps.Times ofOne = steps.make(images, 1, MOST_STEPS, SECONDS);
    if (accumulate == 1) {
      return new ExpectedRun.Timing(
          ofOne.median(), ofOne.median(), ofOne.seconds().size(), WARM_UP);
    }
    TimedSteps.Times ofTwo = steps.make(images, 2, MOST_STEPS, SECONDS);
    return new ExpectedRun.Timing(ofOne.median(), ofTwo.median(), ofTwo.seconds().size(), WARM_UP);
  }

  private ExpectedRun.Sample sample(ImageFolder train) {
    DatasetReport report =
        DatasetCheck.of(train.evenly(LOOKED_AT), config.data().channels(), config.data().workers());
    return new ExpectedRun.Sample(report.images(), report.bad().size());
  }

  private void requireDisk(ExpectedRun.Disk disk) {
    if (disk.needed() > disk.free()) {
      throw new UserException(
          "%s: its checkpoints take up to %s (%d of %s), and %s are free there; free some, lower checkpoint.keep, or name another --out"
              .formatted(
                  root,
                  ByteCount.of(disk.needed()),
                  disk.most(),
                  ByteCount.of(disk.checkpoint()),
                  ByteCount.of(disk.free())));
    }
  }

  private static String device() {
    Map<String, Object> machine = Provenance.machine();
    return "%s, %s threads".formatted(machine.get("device"), machine.get("threads"));
  }
}
