package dev.mto.bench.device;

import static dev.mto.engine.testing.CommandRun.arguments;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.bench.ColouredImages;
import dev.mto.bench.Execution;
import dev.mto.bench.Mto;
import dev.mto.engine.command.DeviceOption;
import dev.mto.engine.testing.CommandRun;
import dev.mto.engine.testing.TinyRun;
import dev.mto.executor.cuda.EmulatedCuda;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Commands on an emulated GPU: that they compute there, say so, and how they fail. */
@EnabledIf(
    value = "dev.mto.executor.cuda.EmulatedCuda#isPossible",
    disabledReason = EmulatedCuda.NEEDS)
class DeviceCommandsTest {
  private static final String GPU = "GPU 1, emulated GPU 1 (compute capability 9.0)";
  private static final int LAUNCH_FAILED = 719;

  @TempDir private Path root;
  private EmulatedCuda emulated;
  private Path config;
  private Path run;

  @BeforeEach
  void write() throws IOException {
    emulated = EmulatedCuda.install();
    ColouredImages.write(root.resolve("train"), 4, 1);
    ColouredImages.write(root.resolve("val"), 2, 2);
    config = root.resolve("mae.yaml");
    Files.writeString(
        config,
        """
        baseline: mae
        model: { preset: vit-tiny, image: [32, 32], patch: 16, dim: 32, depth: 1, heads: 2 }
        options: { decoder_dim: 32, decoder_depth: 1, decoder_heads: 2 }
        data: { train: train, val: val, workers: 1 }
        training: { epochs: 2, batch: 6, accumulate: 1, lr_scale_batch: none, warmup_epochs: 0 }
        checkpoint: { every_minutes: 1.0e-9 }
        log: { pictures_every_epochs: 0, knn_every_epochs: 0 }
        """);
    run = root.resolve("run");
  }

  @AfterEach
  void restore() {
    emulated.set("megabytes", 8192);
    EmulatedCuda.uninstall();
  }

  private CommandRun pretrain(String more) {
    return Execution.ofLine(("pretrain --config %s --out %s " + more).strip(), config, run);
  }

  /** Asserts that a command was done and its kernels were launched. */
  private CommandRun onGpu(String line, Object... values) {
    long before = emulated.launches();
    CommandRun done = Execution.of(arguments(line + " --device cuda:1", values));
    done.assertDone();
    assertThat(done.out()).contains("device: " + GPU + "; verified by emulation");
    assertThat(emulated.launches()).as("kernels of " + line).isGreaterThan(before);
    return done;
  }

  @Test
  void everyCommandThatComputesHasTheOptionFromTheOnePlace() {
    assertThat(
            commands(new CommandLine(new Mto()))
                .map(CommandLine::getCommandSpec)
                .filter(spec -> spec.findOption("--device") != null))
        .allMatch(DeviceCommandsTest::hasTheMixin)
        .extracting(CommandSpec::qualifiedName)
        .containsExactlyInAnyOrder(
            "mto pretrain",
            "mto evaluate finetune",
            "mto evaluate attentive",
            "mto evaluate linear",
            "mto evaluate knn",
            "mto evaluate curve",
            "mto embed",
            "mto search",
            "mto predict",
            "mto analyze reconstruct",
            "mto analyze heterogeneity",
            "mto analyze affinity",
            "mto bench step",
            "mto bench memory",
            "mto bench gpu");
  }

  private static boolean hasTheMixin(CommandSpec spec) {
    return spec.userObject() instanceof DeviceOption
        || spec.mixins().values().stream().anyMatch(DeviceCommandsTest::hasTheMixin);
  }

  private static Stream<CommandLine> commands(CommandLine line) {
    return Stream.concat(
        Stream.of(line),
        line.getSubcommands().values().stream().flatMap(DeviceCommandsTest::commands));
  }

  @Test
  void aRunOnAGpuSaysSoInItsFolderAndOthersTakeItFromThere() throws IOException {
    onGpu("pretrain --config %s --out %s", config, run);
    assertThat(run.resolve("provenance.json")).content().contains("\"device\" : \"" + GPU + "\"");
    assertThat(run.resolve("train.log")).content().contains("4 patches; " + GPU + ", ");

    onGpu("evaluate knn --run %s --untrained 0", run);
    onGpu("embed --run %s --images %s --out %s", run, root.resolve("val"), root.resolve("v.csv"));
    onGpu("analyze heterogeneity --run %s --out %s", run, root.resolve("pictures"));
    Path job = root.resolve("job");
    onGpu(
        "evaluate finetune --run %s --out %s --recipe-set epochs=1 --recipe-set batch=6"
            + " --recipe-set accumulate=1 --recipe-set warmup_epochs=0",
        run, job);
    assertThat(job.resolve("train.log")).content().contains(" on " + GPU + ": ");
    onGpu("predict --job %s --images %s --out %s", job, root.resolve("val"), job.resolve("p.csv"));

    pretrain("--set training.epochs=3 --resume").assertDone();
    assertThat(run.resolve("provenance.json")).content().contains("\"device\" : \"CPU\"");
  }

  @Test
  void tf32IsForGpusAndItsRunGoesOnOnACpuInFloat32() {
    pretrain("--set training.precision=tf32")
        .assertRefused("training.precision=tf32: is for NVIDIA GPUs", "on a CPU give float32");
    assertThat(run).doesNotExist();

    long before = emulated.count("products by TF32");
    onGpu(
        "pretrain --config %s --out %s --set training.precision=tf32 --set training.epochs=1",
        config, run);
    assertThat(emulated.count("products by TF32")).isGreaterThan(before + 20);

    pretrain("--resume --set training.epochs=2").assertRefused("training.precision=tf32: is for");
    CommandRun resumed =
        pretrain("--resume --set training.epochs=2 --set training.precision=float32");
    resumed.assertDone();
    assertThat(resumed.out()).contains("training.precision");
    assertThat(TinyRun.metrics(run)).hasSize(4);
  }

  @Test
  void withoutTheOptionNothingGoesToAGpu() throws IOException {
    long before = emulated.launches();
    pretrain("--set training.epochs=1").assertDone();
    assertThat(emulated.launches()).isEqualTo(before);
    assertThat(run.resolve("provenance.json")).content().contains("\"device\" : \"CPU\"");
  }

  @Test
  void aGpuThatIsLostEndsTheRunInOneLineAndTheLastCheckpointIsWhole() {
    // The first, second and fourth step measure heterogeneity: of one plan, whose first run is no
    // graph. The third is of another one.
    emulated.fail("cuGraphLaunch", LAUNCH_FAILED, 1);
    CommandRun lost = pretrain("--device cuda");

    assertThat(lost.code()).isEqualTo(1);
    assertThat(lost.errors())
        .singleElement()
        .asString()
        .contains("error: the GPU failed while starting a graph: error 719")
        .contains("Start again from the last checkpoint");
    int done = TinyRun.metrics(run).size();
    assertThat(done).isEqualTo(3);

    CommandRun resumed = pretrain("--resume --device cpu");
    resumed.assertDone();
    assertThat(resumed.out()).contains("resuming after step " + done);
    assertThat(TinyRun.metrics(run)).hasSize(4);
  }

  @Test
  void aBatchThatDoesNotFitIsRefusedWithOneThatDoes() {
    emulated.set("megabytes", 2 * 32 + 4); // the former for products of two sessions
    CommandRun refused =
        pretrain("--device cuda --set training.batch=12 --set model.patch=2 --set model.dim=64");
    refused.assertRefused(
        "error: running the model on one batch on emulated GPU 0 needs ",
        " MB are available; that is for 12 images at a time, ",
        " would fit; lower the batch (training.batch");
  }

  @Test
  void aDryRunTellsTheMemoryOfTheGpu() {
    emulated.set("megabytes", 3000);
    CommandRun dry = pretrain("--device cuda --dry-run");
    dry.assertDone();
    assertThat(dry.out())
        .containsPattern("(?m)^device +GPU 0, emulated GPU 0")
        .containsPattern("(?m)^memory .*; (2\\.[89]|3\\.[01]) GB were free$");
    assertThat(run).doesNotExist();
  }

  @Test
  void aGpuThatIsNotThereIsRefusedBeforeAnythingIsMade() {
    pretrain("--device cuda:7").assertRefused("--device cuda:7: there is no GPU 7");
    assertThat(run).doesNotExist();
  }

  @Test
  void libtorchIsNotMeasuredBesideAGpu() {
    Execution.ofLine("bench step --case mae-vit-tiny --peer --device cuda")
        .assertRefused("--peer: libtorch is that for CPUs");
    Execution.ofLine("bench step --case mae-vit-tiny --kernels standard --device cuda")
        .assertRefused("--device cuda: does not go with --kernels standard");
  }

  @Test
  void theDoctorDescribesAndTestsWhatThereIs() {
    CommandRun doctor = Execution.ofLine("doctor --load");
    doctor.assertDone();
    assertThat(doctor.out())
        .containsPattern("(?m)^NVIDIA driver +for CUDA up to 13\\.0$")
        .containsPattern("(?m)^NVRTC +13\\.0, /.*/libnvrtc\\.so\\.13$")
        .containsPattern("(?m)^cuBLASLt +13\\.0\\.0, /.*/libcublasLt\\.so\\.13$")
        .containsPattern("(?m)^cuda:1 +GPU 1, .* 9\\.0\\), 8\\.6 of 8\\.6 GB of memory free$")
        .containsPattern("(?m)^--device +cpu, cuda:0, cuda:1; verified by emulation, not yet on")
        .containsPattern(
            "(?m)^cuda:1 self test +product agrees \\(.*\\), softmax agrees \\(.*\\), layer"
                + " normalisation agrees \\(.*\\) with the host's, in \\d+ ms$");
  }

  @Test
  void theDoctorFailsWhereAGpuDoes() {
    emulated.fail("cuLaunchKernel", LAUNCH_FAILED);
    CommandRun doctor = Execution.ofLine("doctor --load");
    assertThat(doctor.code()).isEqualTo(1);
    assertThat(doctor.out())
        .containsPattern("(?m)^cuda:0 self test +failed: the GPU failed while")
        .containsPattern("(?m)^cuda:1 self test +product agrees");
  }
}
