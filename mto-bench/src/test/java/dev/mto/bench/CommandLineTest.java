package dev.mto.bench;

import static dev.mto.engine.testing.CommandRun.arguments;
import static dev.mto.engine.testing.CommandRun.joined;
import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** A user's mistake ends with exit code 2 and one line that names it. */
class CommandLineTest {
  @TempDir private Path folder;
  private Path config;
  private Path images;

  @BeforeEach
  void writeInputs() throws IOException {
    images = Files.createDirectory(folder.resolve("images"));
    ImageIO.write(
        new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB),
        "png",
        images.resolve("a.png").toFile());
    config = folder.resolve("small.yaml");
    Files.writeString(
        config,
        """
        baseline: simmim
        model: { preset: vit-tiny, image: [8, 8], patch: 4, dim: 12, depth: 1, heads: 2 }
        data: { train: '%s' }
        masking: { ratio: 0.5, unit: 4 }
        training: { epochs: 1, batch: 1, accumulate: 1, warmup_epochs: 0 }
        """
            .formatted(images));
  }

  @Test
  void everyDefaultThatAHelpNamesIsThere() {
    List<String> usages = usages(new CommandLine(new Mto())).toList();

    assertThat(usages).hasSizeGreaterThan(15).noneMatch(usage -> usage.contains("null"));
  }

  @Test
  void everyCommandHasExamplesAndSaysWhatItsOptionsAre() {
    List<CommandSpec> commands = shown(new CommandLine(new Mto())).toList();

    assertThat(commands).hasSizeGreaterThan(15);
    for (CommandSpec command : commands) {
      assertThat(command.usageMessage().footer())
          .as(command.qualifiedName())
          .anyMatch(line -> line.contains(command.qualifiedName()));
      assertThat(command.args())
          .as(command.qualifiedName())
          .allMatch(argument -> argument.hidden() || argument.description().length > 0);
    }
  }

  /** The commands that a help lists, but for itself. */
  private static Stream<CommandSpec> shown(CommandLine command) {
    return command.getSubcommands().values().stream()
        .distinct()
        .filter(each -> !each.getCommandSpec().usageMessage().hidden())
        .filter(each -> !(each.getCommand() instanceof CommandLine.HelpCommand))
        .flatMap(each -> Stream.concat(Stream.of(each.getCommandSpec()), shown(each)));
  }

  private static Stream<String> usages(CommandLine command) {
    return Stream.concat(
        Stream.of(command.getUsageMessage()),
        command.getSubcommands().values().stream().flatMap(CommandLineTest::usages));
  }

  @Test
  void helpListsTheCommands() {
    Execution help = Execution.of("--help");

    assertThat(help.code()).isZero();
    assertThat(help.errors()).isEmpty();
    for (String command :
        List.of("pretrain", "analyze", "weights", "data", "bench", "doctor", "help")) {
      assertThat(help.out()).containsPattern("(?m)^  " + command + " ");
    }
  }

  @Test
  void refusesAMissingCommand() {
    Execution.of().assertRefused("a command is missing", "mto --help");
  }

  @Test
  void refusesAnUnknownOption() {
    pretrain("--speed=9").assertRefused("--speed=9", "mto pretrain --help");
  }

  @Test
  void refusesAMissingConfiguration() {
    Path absent = folder.resolve("absent.yaml");

    Execution.ofLine("pretrain --config %s --out %s", absent, out())
        .assertRefused(absent.toString(), "no such file");
    assertThat(out()).doesNotExist();
  }

  @Test
  void refusesAnUnknownKey() {
    pretrain("--set", "training.epoch=3").assertRefused("'training.epoch'", "epochs");
    assertThat(out()).doesNotExist();
  }

  @Test
  void refusesAMissingFolder() {
    Path absent = folder.resolve("absent");

    pretrain("--set", "data.train=" + absent)
        .assertRefused("data.train", absent + " is not a folder");
    assertThat(out()).doesNotExist();
  }

  @Test
  void refusesAnEmptyFolder() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));

    pretrain("--set", "data.train=" + empty).assertRefused("data.train", empty.toString());
  }

  @Test
  void refusesToCheckAnEmptyFolder() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));

    Execution.of("data", "check", empty.toString()).assertRefused(empty.toString());
  }

  @Test
  void refusesARatioAboveOne() {
    pretrain("--set", "masking.ratio=1.5").assertRefused("masking.ratio", "1.5", "between 0 and 1");
    assertThat(out()).doesNotExist();
  }

  @Test
  void refusesAnImageSmallerThanAPatch() {
    pretrain("--set", "model.image=[2, 2]")
        .assertRefused("model.image", "[2, 2]", "patch of 4 pixels");
    assertThat(out()).doesNotExist();
  }

  @Test
  void refusesWorkersWithoutACluster() {
    pretrain("--workers", "2").assertRefused("--workers 2: is of --cluster");
  }

  @Test
  void refusesWorkersThatDoNotDealOutAStep() {
    pretrain("--cluster", "local[3]").assertRefused("--workers 3: must be a power of two");
    pretrain("--cluster", "spark://a:7077").assertRefused("--workers: is missing");
    assertThat(out()).doesNotExist();
  }

  @Test
  void saysWhatAClusterNeeds() {
    pretrain("--cluster", "local[2]", "--set", "training.accumulate=2")
        .assertRefused("--cluster local[2]: Apache Spark is not here", "set SPARK_HOME");
    assertThat(out()).doesNotExist();
  }

  @Test
  void keepsAnExistingRun() throws IOException {
    Path kept = Files.createDirectory(out()).resolve("config.yaml");
    Files.writeString(kept, "an earlier run");

    pretrain().assertRefused(out().toString(), "--resume", "--out");
    assertThat(kept).hasContent("an earlier run");
    assertThat(out()).isDirectoryNotContaining(path -> !path.equals(kept));
  }

  private Path out() {
    return folder.resolve("run");
  }

  private Execution pretrain(String... more) {
    return Execution.of(joined(arguments("pretrain --config %s --out %s", config, out()), more));
  }
}
