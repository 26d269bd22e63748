package dev.mto.bench.init;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.bench.Execution;
import dev.mto.engine.Baselines;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class InitCommandTest {
  @TempDir private Path folder;
  private Path project;
  private Path file;

  @BeforeEach
  void makeFolders() throws IOException {
    project = Files.createDirectories(folder.resolve("my project"));
    file = Files.createDirectories(project.resolve("configs")).resolve("birds.yaml");
  }

  /** Colours of noise between 0 and 99, so that the mean is about a fifth of the range. */
  private void images(String name, int count, int height, int width) throws IOException {
    Path to = Files.createDirectories(project.resolve(name));
    Random random = new Random(name.hashCode());
    for (int i = 0; i < count; i++) {
      BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          image.setRGB(x, y, random.nextInt(100) << 16 | random.nextInt(100) << 8 | 77);
        }
      }
      ImageIO.write(image, "png", to.resolve(i + ".png").toFile());
    }
  }

  private Execution init(String... more) {
    return initTo(file, more);
  }

  private Execution initTo(Path out, String... more) {
    String images = project.resolve("images").toString();
    return Execution.of(
        Execution.joined(new String[] {"init", images, "--out", out.toString()}, more));
  }

  @Test
  void theFileRunsAsItIsAndItsFiguresAreRight() throws IOException {
    images("images/train/crow", 20, 28, 28);
    images("images/train/wren", 14, 28, 30);
    images("images/val/crow", 2, 28, 28);
    images("images/val/wren", 2, 28, 28);
    Files.writeString(project.resolve("images/train/crow/damaged.png"), "no image");

    Files.writeString(file, "mine");
    init().assertRefused(file.toString(), "is there already", "--force");
    assertThat(file).hasContent("mine");

    Execution run = init("--force", "--json");

    assertThat(run.code()).as(run.toString()).isZero();
    JsonNode figures = new ObjectMapper().readTree(run.out());
    assertThat(figures.get("images").asInt()).isEqualTo(35);
    assertThat(figures.get("unreadable").asInt()).isEqualTo(1);
    assertThat(figures.get("validation_images").asInt()).isEqualTo(4);
    assertThat(figures.at("/mean/0").asDouble()).isCloseTo(49.5 / 255, within(2e-3));
    assertThat(figures.at("/mean/2").asDouble()).isCloseTo(77.0 / 255, within(1e-6));
    assertThat(Files.readString(file))
        .contains("Images      35 in ", "2 classes; validation: 4 in ")
        .contains("35 of them, 1 unreadable; sizes 28x28 to 28x30, median 28x28")
        .contains("49 patches of 4 x 4 pixels", "800 epochs, 25600 images in all")
        .contains("WARNING: 35 images are few", "--init FILE", "max_bad_share is raised")
        .contains("train: '../images/train'");
    double rate = figures.get("images_per_second").asDouble();
    assertThat(figures.get("hours").asDouble() * 3600 * rate).isCloseTo(25_600, within(1.0));

    Path out = folder.resolve("run");
    Execution pretrain =
        Execution.of(
            "pretrain",
            "--config=" + file,
            "--out=" + out,
            "--set=training.epochs=1",
            "--set=checkpoint.every_epochs=1");

    pretrain.assertDone();
    assertThat(Files.readAllLines(out.resolve("metrics.jsonl"))).hasSize(35 / 16);
    double checkpoint = figures.get("checkpoint_bytes").asDouble();
    for (String name : List.of("last.safetensors", "epoch-0001.safetensors")) {
      assertThat((double) Files.size(out.resolve("checkpoints").resolve(name)))
          .isCloseTo(checkpoint, within(0.05 * checkpoint));
    }
    assertThat(figures.get("disk_bytes").asDouble()).isEqualTo(5 * checkpoint);
  }

  @Test
  void foldersAreFoundFromTheFileWhereverBothAreMoved() throws IOException {
    images("images", 16, 20, 20);
    assertThat(init("--quiet").out().strip()).isEqualTo("wrote " + file);

    Path moved = Files.move(project, folder.resolve("elsewhere"));

    RunConfig config = config(moved.resolve("configs/birds.yaml"));
    assertThat(config.data().train()).isEqualTo(moved.resolve("images").toString());
    assertThat(config.data().val()).isNull();
    assertThat(config.log().knnEveryEpochs()).isZero();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aBackslashInANameStaysOne() throws IOException {
    images("my\\photos", 16, 20, 20);
    Execution.of("init", project.resolve("my\\photos").toString(), "--out", file.toString())
        .assertDone();

    assertThat(config(file).data().train()).isEqualTo(project.resolve("my\\photos").toString());
  }

  private static RunConfig config(Path file) {
    return ConfigLoader.load(file, List.of(), name -> Baselines.named(name).recipe());
  }

  @Test
  void foldersWithoutImagesAreRefusedAndNothingIsWritten() throws IOException {
    init().assertRefused("images is not a folder");
    initTo(project.resolve("absent/a.yaml"))
        .assertRefused("there is no folder " + project.resolve("absent"));
    Files.createDirectories(project.resolve("images"));
    init().assertRefused("images");
    Files.writeString(project.resolve("images/1.png"), "no image");
    init().assertRefused("none of the 1 images that were looked at can be read");
    assertThat(file).doesNotExist();
  }
}
