package dev.mto.peer;

import static org.bytedeco.pytorch.global.torch.TORCH_VERSION;
import static org.bytedeco.pytorch.global.torch.get_num_threads;
import static org.bytedeco.pytorch.global.torch.manual_seed;
import static org.bytedeco.pytorch.global.torch.set_num_threads;
import static org.bytedeco.pytorch.global.torch.torch_randn;

import java.util.concurrent.Callable;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures SimMIM's training step on libtorch and prints one JSON line: milliseconds, loss,
 * libtorch's version, BLAS, threads. Images are random, the masks are fixed over the steps.
 */
@Command(
    name = "SimMimStep",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "Measures SimMIM's training step on libtorch and prints one JSON line.")
public final class SimMimStep implements Callable<Integer> {

  private static final long SEED = 1;
  private static final double LEARNING_RATE = 1e-4;
  private static final double CLIP = 5.0;

  enum Switch {
    ON,
    OFF
  }

  @Option(names = "--image", description = "side of the image in pixels")
  private int image = 224;

  @Option(names = "--patch", description = "side of a patch in pixels")
  private int patch = 16;

  @Option(names = "--dim", description = "width of a token")
  private int dim = 192;

  @Option(names = "--depth", description = "transformer blocks")
  private int depth = 12;

  @Option(names = "--heads", description = "attention heads")
  private int heads = 3;

  @Option(names = "--batch", description = "images a step")
  private int batch = 8;

  @Option(names = "--mask-ratio", description = "share of the mask units")
  private double maskRatio = 0.6;

  @Option(names = "--unit", description = "side of a mask unit in pixels")
  private int unit = 32;

  @Option(names = "--mto", description = "with the losses of Masked Token Optimization: on, off")
  private Switch mto = Switch.OFF;

  @Option(names = "--steps", description = "measured steps")
  private int steps = 20;

  @Option(names = "--warmup", description = "steps before the measured ones")
  private int warmup = 5;

  @Option(names = "--threads", description = "threads of libtorch (default: all processors)")
  private int threads = Runtime.getRuntime().availableProcessors();

  /** Runs and exits with 0, or with 2 and one line on wrong arguments. */
  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new SimMimStep())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setParameterExceptionHandler(SimMimStep::refuseArguments)
            .setExecutionExceptionHandler(SimMimStep::refuse)
            .execute(arguments));
  }

  @Override
  public Integer call() {
    if (batch < 1 || steps < 1 || warmup < 0 || threads < 1) {
      throw new IllegalArgumentException(
          String.format(
              "batch %d, steps %d, warmup %d, threads %d: warmup must be at least 0, the others at"
                  + " least 1",
              batch, steps, warmup, threads));
    }
    VitShape shape = new VitShape(image, patch, dim, depth, heads);
    UnitMaskSampler sampler = new UnitMaskSampler(shape, unit, maskRatio, SEED);
    Blas.vendor(); // before libtorch, which then uses the BLAS it finds loaded
    set_num_threads(threads);
    manual_seed(SEED);
    PatchMask mask = new PatchMask(sampler.next(batch), ScalarType.Float);
    System.out.println(measure(shape, mask).json(TORCH_VERSION, Blas.vendor(), get_num_threads()));
    return 0;
  }

  private Measurement measure(VitShape shape, PatchMask mask) {
    Weights weights = WeightInit.of(shape);
    TrainingStep step =
        new TrainingStep(
            new SimMimModel(shape, weights),
            weights,
            new TrainingStep.Options(LEARNING_RATE, CLIP, mto == Switch.ON));
    Tensor images = torch_randn(batch, VitShape.CHANNELS, image, image);
    for (int i = 0; i < warmup; i++) {
      step.run(images, mask);
    }
    double[] milliseconds = new double[steps];
    double loss = 0;
    for (int i = 0; i < steps; i++) {
      long start = System.nanoTime();
      loss = step.run(images, mask);
      milliseconds[i] = (System.nanoTime() - start) / 1e6;
    }
    return Measurement.of(milliseconds, loss);
  }

  private static int refuseArguments(CommandLine.ParameterException exception, String[] arguments) {
    exception.getCommandLine().getErr().println(exception.getMessage() + "; see --help");
    return CommandLine.ExitCode.USAGE;
  }

  private static int refuse(
      Exception exception, CommandLine command, CommandLine.ParseResult parsed) throws Exception {
    if (exception instanceof IllegalArgumentException) {
      command.getErr().println(exception.getMessage());
      return CommandLine.ExitCode.USAGE;
    }
    throw exception;
  }
}
