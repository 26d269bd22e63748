package dev.mto.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.testing.CommandRun;
import dev.mto.executor.kernels.KernelSets;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** {@code embed} and {@code search}, by the encoder that ships with the product and by others. */
class EmbedCommandTest {
  private static final String BUILTIN = "builtin:mae-tiny";

  @TempDir private static Path root;
  private static Path images;

  @TempDir private Path folder;

  @BeforeAll
  static void writeImages() throws IOException {
    images = ColouredImages.write(root.resolve("images"), 8, 1);
  }

  private CommandRun embed(String... more) {
    return Execution.of(
        CommandRun.joined(
            CommandRun.arguments("embed --weights %s --images %s", BUILTIN, images), more));
  }

  private CommandRun search(String... more) {
    return Execution.of(
        CommandRun.joined(
            CommandRun.arguments("search --index %s --top 3", folder.resolve("index")), more));
  }

  @Test
  void anIndexIsMadeAndSearchedWithAPictureAndATable() throws IOException {
    CommandRun embedded = embed("--index", folder.resolve("index").toString());
    embedded.assertDone();
    assertThat(embedded.out())
        .contains("embedding 24 images", "by builtin:mae-tiny", "24 vectors of 96 values");
    Path query = images.resolve("class1/3.png");
    Path png = folder.resolve("near.png");
    Path json = folder.resolve("near.json");

    CommandRun found =
        search("--image", query.toString(), "--out", png.toString(), "--json", json.toString());

    found.assertDone();
    JsonNode neighbours = new ObjectMapper().readTree(json.toFile()).at("/queries/0/neighbours");
    assertThat(neighbours).hasSize(3);
    for (JsonNode neighbour : neighbours) {
      assertThat(neighbour.get("image").asText())
          .isNotEqualTo(query.toString())
          .startsWith(images.toString());
      assertThat(neighbour.get("similarity").asDouble()).isBetween(0.5, 1.);
      assertThat(found.out()).contains(neighbour.get("image").asText());
    }
    BufferedImage sheet = ImageIO.read(png.toFile());
    assertThat(sheet.getWidth()).isEqualTo(2 * 20 + 4 * (160 + 14) - 14);
  }

  @Test
  void vectorsInBfloat16AreRounded() throws IOException {
    assumeTrue(KernelSets.bfloat16() == KernelSets.Bfloat16.FAST, "bfloat16 is not fast here");
    Path wide = folder.resolve("wide.npy");
    Path narrow = folder.resolve("narrow.npy");
    embed("--out", wide.toString()).assertDone();
    embed("--out", narrow.toString(), "--precision", "bfloat16").assertDone();

    try (INDArray exact = Nd4j.createFromNpyFile(wide.toFile());
        INDArray rounded = Nd4j.createFromNpyFile(narrow.toFile())) {
      double error = exact.sub(rounded).norm2Number().doubleValue();
      assertThat(error / exact.norm2Number().doubleValue()).isBetween(1e-4, 3e-2);
    }
  }

  @Test
  void anotherEncoderThanTheIndexHasIsRefused() {
    embed("--index", folder.resolve("index").toString()).assertDone();

    CommandRun refused =
        search(
            "--image",
            images.resolve("class0/0.png").toString(),
            "--weights",
            OfficialCheckpoint.MAE.file().toString(),
            "--config",
            OfficialCheckpoint.MAE.config(folder).toString());

    refused.assertRefused("made with", "model.patch 4", BUILTIN);
  }

  @Test
  void whatIsSaidOfNoModelIsRefused() {
    embed("--index", folder.resolve("index").toString()).assertDone();
    String query = images.resolve("class0/0.png").toString();

    search("--image", query, "--checkpoint", "5")
        .assertRefused("neither --run nor --weights says of which model");
  }

  @Test
  void weightsOfAFileAreTakenWithTheirConfiguration() {
    Path out = folder.resolve("v.npy");

    CommandRun run =
        Execution.ofLine(
            "embed --weights %s --config %s --images %s --out %s --feature class --block 1 --batch 5",
            OfficialCheckpoint.SIMMIM.file(),
            OfficialCheckpoint.SIMMIM.config(folder),
            images,
            out);

    run.assertDone();
    assertThat(run.out()).contains("class token, block 1", "v.npy.paths.txt");
    try (INDArray vectors = Nd4j.createFromNpyFile(out.toFile())) {
      assertThat(vectors.shape()).containsExactly(24, 48);
    }
  }

  @Test
  void whatIsThereIsReplacedOnlyByForce() throws IOException {
    Path out = folder.resolve("v.csv");
    Files.writeString(out, "mine");

    embed("--out", out.toString()).assertRefused("is there already", "--force");
    CommandRun done = embed("--out", out.toString(), "--resume");
    assertThat(Files.readString(out)).isEqualTo("mine");
    embed("--out", out.toString(), "--force").assertDone();

    assertThat(done.out()).contains("of which images and encoder it is was not looked at");
    assertThat(Files.readAllLines(out)).hasSize(25).first().asString().startsWith("path,v0,v1");
  }

  @Test
  void wrongChoicesAreRefusedInOneLine() {
    embed().assertRefused("--out FILE or --index DIR");
    embed("--out", "v.txt").assertRefused("v.txt", ".parquet, .csv or .npy");
    embed("--out", folder.resolve("none/v.csv").toString()).assertRefused("there is no folder");
    embed("--index", images.resolve("class0/0.png").toString()).assertRefused("a file");
    embed("--index", images.toString()).assertRefused("holds other files");
    embed("--out", folder.resolve("v.csv").toString(), "--batch", "0").assertRefused("--batch 0");
    embed("--out", folder.resolve("v.csv").toString(), "--workers", "0")
        .assertRefused("--workers 0");
    embed("--out", folder.resolve("v.csv").toString(), "--resume", "--force")
        .assertRefused("--resume and --force");
    embed("--out", folder.resolve("v.csv").toString(), "--block", "9")
        .assertRefused("block 9", "1 to 4");
    search("--image", "q.png").assertRefused("holds no index");
  }
}
