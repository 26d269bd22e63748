package dev.mto.bench.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.bench.Execution;
import dev.mto.engine.Baselines;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.report.RunState;
import dev.mto.engine.report.RunView;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WatchCommandsTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "quickstart, SimMIM, mean absolute error",
    "mae-tiny, MAE, relative to the variance of the patch",
    "bootmae-tiny, BootMAE, momentum teacher",
    "conmim-tiny, ConMIM, Guessing scores ln 64 = 4.16",
  })
  void everyMethodSaysWhatIsNormalInItsLoss(String name, String title, String says)
      throws IOException {
    RunConfig config =
        ConfigLoader.load(
            Path.of("../configs/" + name + ".yaml"),
            List.of(),
            baseline -> Baselines.named(baseline).recipe());

    assertThat(Baselines.named(config.baseline()).title()).isEqualTo(title);
    assertThat(String.join(" ", Baselines.named(config.baseline()).aboutLoss(config)))
        .contains(says);
  }

  @Test
  void whatIsNormalOfRawPixelsIsAnother() {
    RunConfig config =
        ConfigLoader.load(
            Path.of("../configs/mae-tiny.yaml"),
            List.of("options.norm_pix=false"),
            baseline -> Baselines.named(baseline).recipe());

    assertThat(String.join(" ", Baselines.named("mae").aboutLoss(config)))
        .contains("mean over its visible pixels")
        .doesNotContain("variance");
  }

  @Test
  void departuresFromTheRecipeAreMarked() throws IOException {
    Path run = SampleRun.make(folder.resolve("run"), "quickstart");

    assertThat(new RunView(run).html(RunState.STOPPED, "", 30, ""))
        .contains("departs from the baseline", "<td>training.epochs</td>", ">800</td>")
        .doesNotContain("<td>training.gamma</td>", "<td>data.train</td>");
  }

  @Test
  void comparesRunsOnOnePage() throws IOException {
    Path one = SampleRun.make(folder.resolve("one"), "quickstart");
    Path other = SampleRun.make(folder.resolve("other"), "mae-tiny");
    Path page = folder.resolve("compare.html");

    Execution run = Execution.ofLine("compare %s %s --out %s", one, other, page);

    run.assertDone();
    assertThat(run.out().strip()).isEqualTo(page.toString());
    assertThat(page)
        .content()
        .contains("2 runs compared", "SimMIM with MTO", "MAE with MTO")
        .contains("one: original, masked input", "other: original, masked input");
  }

  @Test
  void wrongInputIsOneLineThatSaysWhatToDo() throws IOException {
    Path one = SampleRun.make(folder.resolve("one"), "quickstart");

    Execution.ofLine("compare %s", one).assertRefused("is one run; give another");
    Execution.ofLine("compare %s %s", one, folder).assertRefused("no run there");
    Execution.ofLine("compare %s %s/.", one, one).assertRefused("is given twice");
    Execution.ofLine("compare %s %s --out %s/none/c.html", one, copy(one), folder)
        .assertRefused("--out", "there is no folder");
    Execution.ofLine("serve %s/none", folder).assertRefused("is no folder");
    Execution.ofLine("serve %s --port 70000", folder).assertRefused("between 0 and 65535");
    Execution.ofLine("serve %s --host no.such.invalid", folder).assertRefused("--host");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Execution.ofLine("serve %s --port %s", folder, taken.getLocalPort())
          .assertRefused("name another port");
    }
    assertThat(folder.resolve("none")).doesNotExist();
  }

  private Path copy(Path run) throws IOException {
    Path copy = Files.createDirectories(folder.resolve("copy"));
    Files.copy(run.resolve("config.yaml"), copy.resolve("config.yaml"));
    return copy;
  }
}
