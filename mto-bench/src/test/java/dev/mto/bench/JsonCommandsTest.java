package dev.mto.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.command.JsonOutput;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Commands that answer with figures give them to programs too, all in the same way. */
class JsonCommandsTest {
  @TempDir private Path folder;

  @Test
  void standardOutputIsOneDocument() throws IOException {
    ImageIO.write(
        new BufferedImage(6, 4, BufferedImage.TYPE_INT_RGB),
        "png",
        folder.resolve("1.png").toFile());
    Path curve = Files.writeString(folder.resolve("a.csv"), "epoch,accuracy\n1,2\n2,3\n");

    JsonNode check = document("data", "check", "--json", folder.toString());
    assertThat(check.at("/images").asInt()).isEqualTo(1);
    assertThat(check.at("/median/width").asInt()).isEqualTo(6);
    assertThat(check.at("/left_out/by_ending/.csv").asInt()).isEqualTo(1);
    JsonNode rauc =
        document(
            "rauc --from 1 --to 2 --json --baseline %1$s --target %1$s"
                .formatted(curve)
                .split(" "));
    assertThat(rauc.at("/ratio").asDouble()).isEqualTo(1);
    assertThat(document("doctor", "--json").at("/cores").asInt()).isPositive();
    assertThat(document("bench", "step", "--list", "--json").at("/0/batch").asInt()).isPositive();
    String embed =
        "embed --weights builtin:mae-tiny --images %1$s --out %1$s/v.npy --resume --json";
    String[] vectors = embed.formatted(folder).split(" ");
    assertThat(document(vectors).at("/dim").asInt()).isPositive();
    assertThat(document(vectors).at("/was_done").asBoolean()).isTrue();
  }

  private static JsonNode document(String... arguments) throws IOException {
    Execution run = Execution.of(arguments);
    assertThat(run.code()).as(run.toString()).isZero();
    return new ObjectMapper().readTree(run.out());
  }

  @Test
  void everyCommandWithTheOptionHasItFromTheOnePlace() {
    List<CommandSpec> withJson =
        commands(new CommandLine(new Mto()))
            .map(CommandLine::getCommandSpec)
            .filter(spec -> spec.findOption("--json") != null)
            .toList();

    assertThat(withJson)
        .extracting(CommandSpec::qualifiedName)
        .contains(
            "mto rauc",
            "mto evaluate knn",
            "mto evaluate linear",
            "mto evaluate finetune",
            "mto evaluate curve",
            "mto analyze heterogeneity",
            "mto weights inspect",
            "mto data check",
            "mto data shard",
            "mto pretrain",
            "mto embed",
            "mto predict",
            "mto search",
            "mto bench step",
            "mto bench memory",
            "mto bench input",
            "mto study",
            "mto doctor");
    assertThat(withJson).allMatch(JsonCommandsTest::hasTheMixin);
  }

  private static boolean hasTheMixin(CommandSpec spec) {
    return spec.userObject() instanceof JsonOutput
        || spec.mixins().values().stream().anyMatch(JsonCommandsTest::hasTheMixin);
  }

  private static Stream<CommandLine> commands(CommandLine line) {
    return Stream.concat(
        Stream.of(line),
        line.getSubcommands().values().stream().flatMap(JsonCommandsTest::commands));
  }
}
