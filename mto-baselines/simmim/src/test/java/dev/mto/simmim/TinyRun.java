package dev.mto.simmim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.run.PretrainingJob;
import dev.mto.engine.run.RunFolder;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/** A pre-training of seconds on generated images: 48 to train on, 8 to validate, in two classes. */
final class TinyRun {
  static final int TRAIN = 48;
  private static final int VALIDATION = 8;
  private static final int SIDE = 32;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path root;
  private final Path yaml;

  /** Generates images and {@code tiny.yaml} in {@code root}. */
  TinyRun(Path root) throws IOException {
    this.root = root;
    this.yaml = root.resolve("tiny.yaml");
    images("train", TRAIN);
    images("val", VALIDATION);
    Files.writeString(
        yaml,
        """
        baseline: simmim
        model: { preset: vit-tiny, image: [32, 32], patch: 8, dim: 24, depth: 2, heads: 2, drop_path: 0.1 }
        data: { train: %s, val: %s }
        masking: { ratio: 0.5, unit: 8 }
        training:
          epochs: 3
          batch: 8
          accumulate: 1
          base_lr: 5.0e-3
          lr_scale_batch: none
          schedule: cosine
          warmup_epochs: 0.5
          warmup_lr: 1.0e-5
        log: { heterogeneity_every: 3, knn_every_epochs: 1, pictures_every_epochs: 3 }
        """
            .formatted(root.resolve("train"), root.resolve("val")));
  }

  Path yaml() {
    return yaml;
  }

  RunConfig config(String... settings) {
    return ConfigLoader.load(yaml, List.of(settings), name -> new SimMim().recipe());
  }

  /** Runs a new job to its end in the folder {@code name}. */
  Path train(String name, String... settings) {
    RunConfig config = config(settings);
    return run(config, RunFolder.create(root.resolve(name), config), false);
  }

  /** Goes on with the run in the folder {@code name}. */
  Path resume(String name) {
    RunFolder folder = RunFolder.open(root.resolve(name));
    return run(ConfigLoader.read(folder.config()), folder, true);
  }

  private static Path run(RunConfig config, RunFolder folder, boolean resume) {
    try (PrintStream console =
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        PretrainingJob job = new PretrainingJob(new SimMim(), config, folder, resume, console)) {
      job.run();
    }
    return folder.root();
  }

  /** The rows of {@code metrics.jsonl} without the speed, which alone may differ between runs. */
  static List<JsonNode> metrics(Path run) {
    try {
      return Files.readAllLines(run.resolve("metrics.jsonl")).stream()
          .map(TinyRun::withoutSpeed)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path last(Path run) {
    return run.resolve("checkpoints/last.safetensors");
  }

  private static JsonNode withoutSpeed(String line) {
    try {
      ObjectNode row = (ObjectNode) JSON.readTree(line);
      row.remove("images_per_second");
      return row;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Stripes or discs of random colours. */
  private void images(String part, int count) throws IOException {
    Random random = new Random(part.hashCode());
    for (int i = 0; i < count; i++) {
      boolean disc = i % 2 == 0;
      BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
      int ground = random.nextInt(1 << 24);
      int figure = random.nextInt(1 << 24);
      int width = 3 + random.nextInt(8);
      for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++) {
          boolean inside = disc ? Math.hypot(x - 16, y - 16) < width + 3 : (x + y) / width % 2 == 0;
          image.setRGB(x, y, inside ? figure : ground);
        }
      }
      Path folder = Files.createDirectories(root.resolve(part).resolve(disc ? "disc" : "stripes"));
      ImageIO.write(image, "png", folder.resolve("%03d.png".formatted(i)).toFile());
    }
  }
}
