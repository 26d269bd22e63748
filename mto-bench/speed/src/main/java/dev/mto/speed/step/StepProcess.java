package dev.mto.speed.step;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mto.engine.Baselines;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.models.weights.SafeTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * The process that makes this project's training steps:
 *
 * <ul>
 *   <li>{@code inputs FILE}: writes {@code images}, {@code mask} and the initial weights as
 *       safetensors
 *   <li>{@code compare FILE}: our loss at the initial weights, and how far our gradients are from
 *       those in the file
 *   <li>{@code steps N}: one step to warm up and N more; {@code ms}, their times
 *   <li>{@code profile N}: {@code ms} by kind of operation, means of N passes
 *   <li>{@code held}: {@code mb}, memory for activations and gradients in MiB
 *   <li>{@code memory}: {@code peak_mb}, the most memory that was resident
 * </ul>
 */
final class StepProcess {
  private static final double MEBIBYTE = 1 << 20;

  private final StepBenchmark benchmark;

  private StepProcess(StepBenchmark benchmark) {
    this.benchmark = benchmark;
  }

  /**
   * Serves commands.
   *
   * @param arguments a resolved configuration
   */
  public static void main(String[] arguments) throws IOException {
    ChildServer.serve(System.in, System.out, () -> start(Path.of(arguments[0])));
  }

  private static Map<String, ChildServer.Action> start(Path file) {
    RunConfig config = ConfigLoader.read(file);
    StepProcess process =
        new StepProcess(
            new StepBenchmark(
                Baselines.named(config.baseline()),
                config,
                file.resolveSibling("unreadable-images.txt")));
    return Map.of(
        "", ignored -> ChildServer.answer().put("gflop", process.benchmark.gigaFlops()),
        "inputs", process::inputs,
        "compare", process::compare,
        "steps", process::steps,
        "profile", process::profile,
        "held", ignored -> ChildServer.answer().put("mb", process.benchmark.bytesHeld() / MEBIBYTE),
        "memory", ignored -> ChildServer.answer().put("peak_mb", Machine.peakMebibytes()));
  }

  private ObjectNode inputs(String file) {
    SafeTensors.write(Path.of(file), benchmark.inputs(), Map.of());
    return ChildServer.answer();
  }

  private ObjectNode compare(String file) {
    StepBenchmark.Gradients ours = benchmark.gradients();
    Agreement.GradientDifference difference =
        Agreement.GradientDifference.between(
            ours.gradients(), SafeTensors.read(Path.of(file)).tensors());
    return ChildServer.answer()
        .put("loss", ours.loss())
        .put("gradient_error", difference.relative())
        .put("worst", difference.worst());
  }

  private ObjectNode profile(String passes) {
    ObjectNode answer = ChildServer.answer();
    benchmark.profile(Integer.parseInt(passes)).forEach(answer.putObject("ms")::put);
    return answer;
  }

  private ObjectNode steps(String count) {
    ObjectNode answer = ChildServer.answer();
    Arrays.stream(benchmark.milliseconds(Integer.parseInt(count)))
        .forEach(answer.putArray("ms")::add);
    return answer;
  }
}
