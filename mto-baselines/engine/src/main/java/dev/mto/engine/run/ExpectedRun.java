package dev.mto.engine.run;

import dev.mto.data.folder.ImageFolder;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.folder.ByteCount;
import dev.mto.engine.folder.Durations;
import dev.mto.executor.cuda.CudaKernelSets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What a run would take, as a {@link DryRun} found it.
 *
 * @param folder of the run
 * @param config of the run
 * @param train training images
 * @param validation validation images, or null
 * @param sample of the training images
 * @param stepsPerEpoch optimizer steps of an epoch
 * @param done steps that are done already
 * @param parameters numbers that are trained
 * @param device what computes, and how many threads, for people
 * @param timing of a step
 * @param memory that it takes
 * @param disk that its checkpoints take
 * @param workers that take its steps together; one is a process of its own
 * @param bandwidth bytes a second that a worker sends while it receives as many
 */
public record ExpectedRun(
    Path folder,
    RunConfig config,
    ImageFolder train,
    ImageFolder validation,
    Sample sample,
    long stepsPerEpoch,
    long done,
    long parameters,
    String device,
    Timing timing,
    Memory memory,
    Disk disk,
    int workers,
    double bandwidth) {
  /**
   * Images that were read to see whether they can be.
   *
   * @param images how many, at equal distances
   * @param unreadable of these
   */
  public record Sample(int images, int unreadable) {
    double share() {
      return (double) unreadable / images;
    }
  }

  /**
   * How long optimizer steps take.
   *
   * @param one seconds of one micro-batch, by median
   * @param two seconds of two; as many as of one where steps have no more
   * @param steps that were timed, of each kind
   * @param warmUp steps before them
   */
  public record Timing(double one, double two, int steps, int warmUp) {
    /** Seconds of a step; each micro-batch after two takes the difference of two and one. */
    double seconds(int microBatches) {
      return microBatches == 1 ? one : two + (microBatches - 2) * Math.max(0, two - one);
    }
  }

  /**
   * Memory of the trial's steps, which are as large as the run's.
   *
   * @param plan bytes for activations and gradients of a micro-batch
   * @param state bytes of weights and optimizer
   * @param free bytes before, where that is known
   */
  public record Memory(long plan, long state, OptionalLong free) {}

  /**
   * Disk for checkpoints.
   *
   * @param checkpoint bytes of one
   * @param most checkpoints that lie there at a time
   * @param free bytes, without what checkpoints of the run take already
   */
  public record Disk(long checkpoint, int most, long free) {
    long needed() {
      return most * checkpoint;
    }
  }

  long steps() {
    return stepsPerEpoch * config.training().epochs();
  }

  private double secondsPerStep() {
    return timing.seconds(config.training().accumulate());
  }

  double seconds() {
    return (steps() - done) * secondsPerStep();
  }

  private ExpectedWorkers ofWorkers() {
    return new ExpectedWorkers(
        workers,
        config.training().accumulate(),
        bandwidth,
        parameters,
        timing,
        memory,
        CudaKernelSets.isChosen());
  }

  private long imagesPerStep() {
    return (long) config.training().batch() * config.training().accumulate();
  }

  /** For people. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("images      " + described(train));
    train.readAs().ifPresent(what -> lines.add("            " + what));
    train.leftOutLine().ifPresent(what -> lines.add("            " + what));
    lines.add(
        "            %d of them looked at, %d unreadable"
            .formatted(sample.images(), sample.unreadable()));
    if (sample.share() > config.data().maxBadShare()) {
      lines.add(
          "WARNING: a run stops when more than %s of its images are unreadable (data.max_bad_share); see mto data check"
              .formatted(config.data().maxBadShare()));
    }
    if (validation != null) {
      lines.add("validation  " + described(validation));
      validation.leftOutLine().ifPresent(what -> lines.add("            " + what));
    }
    lines.add(
        "model       %s %s MTO, %s, %d parameters"
            .formatted(
                config.baseline(),
                config.mto().enabled() ? "with" : "without",
                "dim %d, depth %d".formatted(config.vit().dim(), config.vit().depth()),
                parameters));
    lines.add("device      " + device);
    lines.add(
        "steps       %d an epoch of %d images each, %d in %d epochs%s"
            .formatted(
                stepsPerEpoch,
                imagesPerStep(),
                steps(),
                config.training().epochs(),
                done == 0 ? "" : ", of which " + done + " are done"));
    lines.add(time());
    lines.add(
        "memory      %s for a micro-batch of %d images, %s for weights and optimizer; %s"
            .formatted(
                ByteCount.of(memory.plan()),
                config.training().batch(),
                ByteCount.of(memory.state()),
                memory.free().isPresent()
                    ? ByteCount.of(memory.free().getAsLong()) + " were free"
                    : "how much was free is not known"));
    lines.add(
        "disk        at most %s: %d checkpoints of %s; %s are free"
            .formatted(
                ByteCount.of(disk.needed()),
                disk.most(),
                ByteCount.of(disk.checkpoint()),
                ByteCount.of(disk.free())));
    if (workers > 1) {
      lines.addAll(ofWorkers().lines(steps() - done));
    }
    return lines;
  }

  private String time() {
    if (timing.steps() == 0) {
      return "time        no step is left to make";
    }
    return String.format(
        Locale.ROOT,
        "time        about %s on this machine: %.4g s a step, %s of %d after %d to warm up;"
            + " validation, k-NN, pictures and checkpoints come on top",
        Durations.of(seconds()),
        secondsPerStep(),
        config.training().accumulate() <= 2
            ? "the median"
            : "from medians of steps of one and of two micro-batches,",
        timing.steps(),
        timing.warmUp());
  }

  private static String described(ImageFolder images) {
    return "%d in %s, %s"
        .formatted(
            images.size(),
            images.root(),
            images.labelled() ? images.classes().size() + " classes" : "without classes");
  }

  /** For programs. */
  public Map<String, Object> figures() {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("folder", folder.toString());
    figures.put("images", train.size());
    figures.put("classes", train.classes().size());
    train.readAs().ifPresent(what -> figures.put("archives", what));
    figures.put("validation_images", validation == null ? 0 : validation.size());
    figures.put("left_out", train.leftOutLine().orElse(""));
    figures.put("looked_at", sample.images());
    figures.put("unreadable", sample.unreadable());
    figures.put("parameters", parameters);
    figures.put("device", device);
    figures.put("steps_per_epoch", stepsPerEpoch);
    figures.put("images_per_step", imagesPerStep());
    figures.put("steps", steps());
    figures.put("steps_done", done);
    figures.put("seconds_per_step", secondsPerStep());
    figures.put("timed_steps", timing.steps());
    figures.put("warm_up_steps", timing.warmUp());
    figures.put("hours", seconds() / 3600);
    figures.put("plan_bytes", memory.plan());
    figures.put("state_bytes", memory.state());
    figures.put("free_memory_bytes", memory.free().isPresent() ? memory.free().getAsLong() : null);
    figures.put("checkpoint_bytes", disk.checkpoint());
    figures.put("disk_bytes", disk.needed());
    figures.put("free_disk_bytes", disk.free());
    if (workers > 1) {
      figures.put("cluster", ofWorkers().figures(steps() - done));
    }
    return figures;
  }
}
