package dev.mto.bench;

import static dev.mto.engine.testing.CommandRun.arguments;
import static dev.mto.engine.testing.CommandRun.joined;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.models.weights.SafeTensors;
import dev.mto.oracle.Bits;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@code pretrain --init}: a run that starts with the exported weights of another. */
class InitialWeightsTest {
  @TempDir private static Path root;
  private static Path config;
  private static Path source;
  private static Path exported;

  @BeforeAll
  static void trainAndExport() throws IOException {
    writeImages();
    config = root.resolve("small.yaml");
    Files.writeString(
        config,
        """
        baseline: mae
        model: { preset: vit-tiny, image: [16, 16], patch: 4, dim: 16, depth: 1, heads: 2 }
        options: { decoder_dim: 8, decoder_depth: 1, decoder_heads: 2 }
        data: { train: '%1$s', val: '%1$s' }
        training: { epochs: 2, batch: 4, accumulate: 1, base_lr: 0.01, lr_scale_batch: none, warmup_epochs: 0 }
        log: { pictures_every_epochs: 0, knn_every_epochs: 0 }
        """
            .formatted(root.resolve("images")));
    source = root.resolve("source");
    exported = root.resolve("exported.safetensors");
    assertThat(pretrain(source).errors()).isEmpty();
    Execution.ofLine("weights export --run %s --out %s", source, exported).assertDone();
  }

  @Test
  void aRunAtLearningRateZeroKeepsTheWeightsItStartedFrom() throws IOException {
    Path run = root.resolve("still");

    Execution started =
        pretrain(run, "--init", exported.toString(), "--set", "training.base_lr=0.0");

    assertThat(started.errors()).isEmpty();
    Map<String, INDArray> after = checkpoint(run);
    Map<String, INDArray> given = SafeTensors.read(exported).tensors();
    given.keySet().removeIf(name -> name.endsWith("pos_embed"));
    assertThat(given).hasSize(36);
    given.forEach(
        (name, tensor) -> assertThat(Bits.of(after.get(name))).as(name).isEqualTo(Bits.of(tensor)));
    double loss = lastRow(source).get("val_loss").asDouble();
    assertThat(lastRow(run).get("val_loss").asDouble()).isEqualTo(loss);
  }

  @Test
  void aRunStartsFromAnEntryAndItsProvenanceNamesIt() throws IOException {
    Map<String, INDArray> entries = new LinkedHashMap<>();
    SafeTensors.read(exported)
        .tensors()
        .forEach((name, value) -> entries.put("slow." + name, value));
    Path file = root.resolve("entries.safetensors");
    SafeTensors.write(file, entries, Map.of());
    Path run = root.resolve("entry");

    String[] settings = {"--set", "training.base_lr=0.0", "--init", file.toString()};
    Execution started = pretrain(run, joined(settings, "--entry", "slow"));

    assertThat(started.errors()).isEmpty();
    assertThat(Bits.of(checkpoint(run).get("cls_token")))
        .isEqualTo(Bits.of(entries.get("slow.cls_token")));
    assertThat(run.resolve("provenance.json"))
        .content()
        .contains("entries.safetensors\"", "\"initial_weights.entry\" : \"slow\"");
    pretrain(root.resolve("refused entry"), "--entry", "slow").assertRefused("--entry", "--init");
  }

  @Test
  void theExportIsTheRunsNewestCheckpoint() {
    Map<String, INDArray> given = SafeTensors.read(exported).tensors();
    Map<String, INDArray> trained = checkpoint(source);

    assertThat(given).hasSize(38);
    assertThat(Bits.of(given.get("decoder_pred.weight")))
        .isEqualTo(Bits.of(trained.get("decoder_pred.weight")));
  }

  @Test
  void refusesInitTogetherWithResume() {
    pretrain(source, "--init", exported.toString(), "--resume").assertRefused("--resume", "--init");
  }

  @Test
  void refusesAnEncoderAloneAndLeavesNoRunFolder() {
    Path encoder = root.resolve("encoder.safetensors");
    Path run = root.resolve("refused");
    Execution.ofLine("weights export --run %s --part encoder --out %s", source, encoder);

    pretrain(run, "--init", encoder.toString())
        .assertRefused("holds the encoder alone", "mae_visualize_*.pth");
    assertThat(run).doesNotExist();
  }

  @Test
  void refusesAMissingFileAndLeavesNoRunFolder() {
    Path run = root.resolve("refused too");

    pretrain(run, "--init", root.resolve("absent.pth").toString()).assertRefused("no such file");
    assertThat(run).doesNotExist();
  }

  @Test
  void refusesToExportARunWithoutACheckpoint() throws IOException {
    Path run = Files.createDirectory(root.resolve("young"));
    Files.copy(source.resolve("config.yaml"), run.resolve("config.yaml"));

    Execution.ofLine("weights export --run %s --out %s", run, root.resolve("x"))
        .assertRefused("no checkpoint yet");
  }

  private static Execution pretrain(Path run, String... more) {
    return Execution.of(joined(arguments("pretrain --config %s --out %s", config, run), more));
  }

  private static Map<String, INDArray> checkpoint(Path run) {
    return SafeTensors.read(run.resolve("checkpoints/last.safetensors")).tensors();
  }

  private static JsonNode lastRow(Path run) throws IOException {
    List<String> rows = Files.readAllLines(run.resolve("metrics.jsonl"));
    return new ObjectMapper().readTree(rows.get(rows.size() - 1));
  }

  private static void writeImages() throws IOException {
    Path images = Files.createDirectory(root.resolve("images"));
    Random random = new Random(7);
    for (int i = 0; i < 8; i++) {
      BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
      for (int y = 0; y < 16; y++) {
        for (int x = 0; x < 16; x++) {
          image.setRGB(x, y, random.nextInt(1 << 24));
        }
      }
      ImageIO.write(image, "png", images.resolve(i + ".png").toFile());
    }
  }
}
