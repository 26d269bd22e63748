package dev.mto.speed.input;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.testing.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class InputCommandTest {
  @TempDir private Path folder;

  private static CommandRun run(String line, Object... values) {
    return new CommandRun(new InputCommand(), CommandRun.arguments(line, values));
  }

  /** A stand-in for Python that reads the script and answers with one line. */
  private String python(String answer) throws IOException {
    Path program = folder.resolve("python");
    Files.writeString(
        program, "#!/bin/sh\ncat > " + folder + "/script.py\necho '" + answer + "'\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    return program.toString();
  }

  @Test
  void madeUpPhotosAreMeasuredAndWrittenAsJson() throws Exception {
    Path json = folder.resolve("input.json");
    CommandRun execution = run("--count 6 --rounds 1 --threads 2 --json %s", json);
    assertThat(execution.code()).as("%s", execution).isZero();
    assertThat(execution.out())
        .contains("6 synthetic photos of 500x375")
        .contains("images/s a core")
        .doesNotContain("torchvision");
    JsonNode root = new ObjectMapper().readTree(json.toFile());
    assertThat(root.get("images").asInt()).isEqualTo(6);
    assertThat(root.get("threads").asInt()).isEqualTo(2);
    assertThat(root.get("reduced_decoding").asBoolean()).isFalse();
    assertThat(root.get("cases")).hasSize(2);
    for (JsonNode node : root.get("cases")) {
      assertThat(node.get("name").asText()).isIn("simmim", "mae");
      assertThat(node.get("images_per_core_second").asDouble()).isPositive();
      assertThat(node.get("images_per_second").asDouble()).isPositive();
      assertThat(node.has("ratio")).isFalse();
      JsonNode micros = node.get("micros_per_image");
      for (String stage : List.of("read", "decode", "crop_resize", "to_float")) {
        assertThat(micros.get(stage).asDouble()).as(stage).isPositive();
      }
    }
  }

  @Test
  void imagesOfAFolderAreMeasuredWithoutTouchingThem() throws Exception {
    Path photos = Files.createDirectories(folder.resolve("photos/a"));
    new SyntheticPhotos(60, 80, 90).write(photos, 5, 3);
    CommandRun execution = run("--images %s --count 3 --rounds 1", folder.resolve("photos"));
    assertThat(execution.code()).as("%s", execution).isZero();
    assertThat(execution.out()).contains("3 images of " + folder.resolve("photos"));
    try (var files = Files.list(photos)) {
      assertThat(files).hasSize(5);
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void thePeersRateGivesTheRatio() throws Exception {
    String python =
        python("{\"versions\": {\"torchvision\": \"0.14.1\"}, \"simmim\": 0.5, \"mae\": 0.25}");
    Path json = folder.resolve("input.json");
    CommandRun execution = run("--count 2 --rounds 1 --peer --python %s --json %s", python, json);
    assertThat(execution.code()).as("%s", execution).isZero();
    assertThat(execution.out()).contains("torchvision 0.14.1").contains("ratio");
    assertThat(Files.readString(folder.resolve("script.py"))).contains("RandomResizedCrop");
    JsonNode root = new ObjectMapper().readTree(json.toFile());
    assertThat(root.get("peer").asText()).isEqualTo("torchvision 0.14.1");
    JsonNode mae = root.get("cases").get(1);
    assertThat(mae.get("peer_images_per_core_second").asDouble()).isEqualTo(0.25);
    assertThat(mae.get("ratio").asDouble())
        .isEqualTo(mae.get("images_per_core_second").asDouble() / 0.25);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aMissingPeerIsRefusedWithWhatToInstall() throws Exception {
    for (String python :
        List.of(folder.resolve("no-python").toString(), python("{\"missing\": \"torchvision\"}"))) {
      CommandRun execution = run("--peer --python %s", python);
      assertThat(execution.code()).isEqualTo(2);
      assertThat(execution.errors())
          .singleElement()
          .asString()
          .startsWith("error: --peer: ")
          .contains(python)
          .contains("apt-get install python3-torchvision python3-pil");
      assertThat(execution.out()).isEmpty();
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aPeerThatIsNoPythonIsRefused() throws Exception {
    run("--peer --python %s", python("hello")).assertRefused("no answer that can be read");
    assertThat(run("--peer --python false").errors())
        .last()
        .asString()
        .contains("false ended with code 1");
  }

  @Test
  void wrongOptionsAreRefusedByName() throws IOException {
    for (String option : List.of("--count", "--rounds", "--threads")) {
      CommandRun execution = run(option + " 0");
      assertThat(execution.code()).isEqualTo(2);
      assertThat(execution.errors()).containsExactly("error: " + option + ": 0 must be at least 1");
    }
    run("--python python4").assertRefused("--python: runs the peer, which --peer asks for");
    run("--images %s", Files.createFile(folder.resolve("some.tar")))
        .assertRefused("some.tar is an archive; give a folder of image files");
    assertThat(run("--images %s", folder.resolve("none")).errors())
        .singleElement()
        .asString()
        .startsWith("error: --images: ");
  }
}
