package dev.mto.engine.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mto.engine.Baseline;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.folder.RunFolder;
import dev.mto.engine.folder.Start;
import dev.mto.engine.run.PretrainingJob;
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
public final class TinyRun {
  /** Training images. */
  public static final int TRAIN = 48;

  private static final int VALIDATION = 8;
  private static final int SIDE = 32;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Baseline baseline;
  private final Path root;
  private final Path yaml;

  /**
   * Generates images and {@code tiny.yaml} in {@code root}.
   *
   * @param configuration YAML with two {@code %s}, for the folders of training and validation
   *     images
   */
  public TinyRun(Baseline baseline, Path root, String configuration) throws IOException {
    this.baseline = baseline;
    this.root = root;
    this.yaml = root.resolve("tiny.yaml");
    images("train", TRAIN);
    images("val", VALIDATION);
    Files.writeString(yaml, configuration.formatted(root.resolve("train"), root.resolve("val")));
  }

  /** The configuration file. */
  public Path yaml() {
    return yaml;
  }

  /** The resolved configuration. */
  public RunConfig config(String... settings) {
    return ConfigLoader.load(yaml, List.of(settings), name -> baseline.recipe());
  }

  /** Runs a new job to its end in the folder {@code name}. */
  public Path train(String name, String... settings) {
    RunConfig config = config(settings);
    return run(config, RunFolder.create(root.resolve(name), config), Start.anew());
  }

  /** Runs a new job that starts with the weights of a file. */
  public Path trainFrom(Path weights, String name, String... settings) {
    RunConfig config = config(settings);
    return run(config, RunFolder.create(root.resolve(name), config), Start.from(weights));
  }

  /** Prepares a new job that starts with the weights of a file, and stops before its first step. */
  public Path prepareFrom(Path weights, String name, String... settings) {
    RunConfig config = config(settings);
    RunFolder folder = RunFolder.create(root.resolve(name), config);
    try (PrintStream console = silence()) {
      new PretrainingJob(baseline, config, folder, Start.from(weights), console).close();
      return folder.root();
    }
  }

  /** Goes on with the run in the folder {@code name}. */
  public Path resume(String name) {
    RunFolder folder = RunFolder.open(root.resolve(name));
    return run(ConfigLoader.read(folder.config()), folder, Start.resumed());
  }

  private Path run(RunConfig config, RunFolder folder, Start start) {
    try (PrintStream console = silence();
        PretrainingJob job = new PretrainingJob(baseline, config, folder, start, console)) {
      job.run();
    }
    return folder.root();
  }

  private static PrintStream silence() {
    return new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
  }

  /** The rows of {@code metrics.jsonl} without the speed, which alone may differ between runs. */
  public static List<JsonNode> metrics(Path run) {
    try {
      return Files.readAllLines(run.resolve("metrics.jsonl")).stream()
          .map(TinyRun::withoutSpeed)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The newest checkpoint of a run. */
  public static Path last(Path run) {
    return run.resolve("checkpoints/last.safetensors");
  }

  private static JsonNode withoutSpeed(String line) {
    try {
      ObjectNode row = (ObjectNode) JSON.readTree(line);
      row.remove("images_per_second");
      row.remove("data_wait_ms");
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
