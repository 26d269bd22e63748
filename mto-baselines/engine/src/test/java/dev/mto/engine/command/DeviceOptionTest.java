package dev.mto.engine.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.engine.testing.CommandRun;
import dev.mto.executor.cuda.EmulatedCuda;
import dev.mto.executor.kernels.KernelSets;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What {@code --device} chooses, says and refuses, on two emulated GPUs. */
@EnabledIf(
    value = "dev.mto.executor.cuda.EmulatedCuda#isPossible",
    disabledReason = EmulatedCuda.NEEDS)
class DeviceOptionTest {
  private static final String OF_GPU_1 =
      "device: GPU 1, emulated GPU 1 (compute capability 9.0); verified by emulation, not yet on"
          + " hardware\n";

  private String before;
  private EmulatedCuda emulated;

  /** Tells what is chosen while it runs. */
  @Command(name = "compute")
  static final class Compute implements Callable<Integer>, WithoutBackend {
    @Mixin Outer outer = new Outer();
    @Mixin private KernelsOption kernels = new KernelsOption();

    @Override
    public Integer call() {
      kernels.apply();
      System.out.print(System.getProperty(KernelSets.PROPERTY));
      return 0;
    }
  }

  /** Options among which are those of the device. */
  static final class Outer {
    @Mixin DeviceOption device = new DeviceOption();
  }

  @BeforeEach
  void bind() {
    emulated = EmulatedCuda.bind();
    before = System.getProperty(KernelSets.PROPERTY, "fast");
    System.setProperty(KernelSets.PROPERTY, "fast");
  }

  @AfterEach
  void restore() {
    emulated.set("devices", 2).set("capability", 90);
    System.setProperty(KernelSets.PROPERTY, before);
  }

  private static CommandRun compute(String... arguments) {
    return new CommandRun(new Compute(), arguments);
  }

  private static void assertChosen(String property, String said, String... arguments) {
    CommandRun run = compute(arguments);
    run.assertDone();
    assertThat(run.out()).isEqualTo(said + property);
  }

  @Test
  void noChoiceLeavesTheCpuAndSaysNothing() {
    assertChosen("fast", "");
    System.setProperty(KernelSets.PROPERTY, "standard");
    assertChosen("standard", "");
  }

  @Test
  void aGpuIsChosenForTheTimeOfTheCommandAndSaid() {
    assertChosen("cuda:1", OF_GPU_1, "--device", "cuda:1");
    assertThat(System.getProperty(KernelSets.PROPERTY)).isEqualTo("fast");
    assertChosen("cuda:0", OF_GPU_1.replace("GPU 1", "GPU 0"), "--device", "cuda");
    assertChosen("cuda:1", OF_GPU_1, "--device", "cuda:1", "--kernels", "fast");
  }

  @Test
  void theCpuIsChosenOverWhatWasSetBefore() {
    System.setProperty(KernelSets.PROPERTY, "cuda");
    assertChosen("fast", "", "--device", "cpu");
    assertThat(System.getProperty(KernelSets.PROPERTY)).isEqualTo("cuda");
  }

  @Test
  void autoTakesTheFirstGpuThatFits() {
    emulated.set("capability of 0", 61);
    try {
      assertChosen("cuda:1", OF_GPU_1, "--device", "auto");
    } finally {
      emulated.set("capability of 0", 0);
    }
  }

  @Test
  void autoTakesTheCpuWhereNoGpuFitsAndSaysWhy() {
    emulated.set("devices", 0);
    assertChosen(
        "fast",
        "device: CPU, since the NVIDIA driver finds no GPU (it counts 0); see what nvidia-smi says,"
            + " or run on the CPU\n",
        "--device",
        "auto");
  }

  @Test
  void standardKernelsKeepAutoOnTheCpu() {
    assertChosen(
        "standard",
        "device: CPU, since --kernels standard is for CPUs\n",
        "--device",
        "auto",
        "--kernels",
        "standard");
  }

  @Test
  void aGpuDoesNotGoWithStandardKernels() {
    compute("--device", "cuda", "--kernels", "standard")
        .assertRefused("--device cuda: does not go with --kernels standard; leave one");
    System.setProperty(KernelSets.PROPERTY, "standard");
    compute("--device", "cuda").assertRefused("--kernels standard");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpu", "CUDA", "cuda:", "cuda:x", "cuda:-1", "cuda:1:2", ""})
  void anotherNameIsRefused(String name) {
    compute("--device", name)
        .assertRefused(
            "error: --device " + name + ": is not known; give cpu, cuda, cuda:N or auto");
    assertThat(System.getProperty(KernelSets.PROPERTY)).isEqualTo("fast");
  }

  @Test
  void aGpuThatIsNotThereIsRefused() {
    compute("--device", "cuda:7")
        .assertRefused(
            "error: --device cuda:7: there is no GPU 7: this machine has 2, numbered from 0");
  }

  @Test
  void aGpuThatIsTooOldIsRefused() {
    emulated.set("capability", 70);
    compute("--device", "cuda")
        .assertRefused("error: --device cuda: emulated GPU 0 is too old", "7.0", "7.5");
  }

  @Test
  void aDriverThatDoesNotAnswerIsRefused() {
    emulated.fail("cuInit", 999);
    compute("--device", "cuda").assertRefused("error: --device cuda: the NVIDIA driver finds no");
  }

  /** Of workers that look at their GPUs themselves. */
  @Command(name = "train")
  static final class Train implements Callable<Integer>, WithoutBackend {
    @Option(names = "--cluster")
    String cluster;

    @Option(names = "--dry-run")
    boolean dryRun;

    @Mixin DeviceOption device = new DeviceOption();

    @Override
    public Integer call() {
      System.out.print(System.getProperty(KernelSets.PROPERTY));
      return 0;
    }
  }

  @Test
  void whoHasWorkersComputeNeedsNoGpuAndTheyAreAskedForOneEach() {
    emulated.set("devices", 0);
    CommandRun run = new CommandRun(new Train(), "--cluster", "yarn", "--device", "cuda");
    run.assertDone();
    assertThat(run.out()).isEqualTo("cuda");
    for (String device : new String[] {"auto", "cuda:1"}) {
      for (String dry : new String[] {"--dry-run", "--dry-run=false"}) {
        new CommandRun(new Train(), "--cluster", "yarn", "--device", device, dry)
            .assertRefused(
                "error: --device " + device + ": does not go with --cluster", "give cpu or cuda");
      }
    }
    new CommandRun(new Train(), "--cluster", "yarn", "--device", "cuda", "--dry-run")
        .assertRefused("error: --device cuda: the NVIDIA driver finds no");
  }
}
