package dev.mto.engine.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mto.engine.Baseline;
import dev.mto.engine.Model;
import dev.mto.engine.TrainingPosition;
import dev.mto.engine.collective.Collective;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.folder.RunFolder;
import dev.mto.engine.folder.Start;
import dev.mto.engine.folder.StopSignal;
import dev.mto.engine.run.PretrainingJob;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/** A pre-training of seconds on generated images: 48 to train on, 8 to validate, in two classes. */
public final class TinyRun {
  /** Training images. */
  public static final int TRAIN = 48;

  private static final int VALIDATION = 8;
  private static final int SIDE = 32;
  private static final String CONFIGURATION =
      """
      baseline: %s
      model: { preset: vit-tiny, image: [32, 32], patch: 8, dim: 24, depth: 2, heads: 2 }
      data: { train: %s, val: %s }
      training:
        epochs: 4
        batch: 8
        accumulate: 1
        base_lr: 5.0e-3
        lr_scale_batch: none
        min_lr: 0.0
        warmup_epochs: 0.5
      log: { heterogeneity_every: 3, knn_every_epochs: 1, pictures_every_epochs: 4 }
      """;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Baseline baseline;
  private final Path root;
  private final Path yaml;

  /**
   * Generates images and writes {@code tiny.yaml}, both in {@code root}.
   *
   * @param settings as {@code model.dim=48}; a whole section as {@code model={...}} replaces that
   *     of the usual configuration
   */
  public TinyRun(Baseline baseline, Path root, String... settings) {
    this.baseline = baseline;
    this.root = root;
    this.yaml = root.resolve("tiny.yaml");
    try {
      images("train", TRAIN);
      images("val", VALIDATION);
      Files.writeString(
          yaml,
          CONFIGURATION.formatted(baseline.name(), root.resolve("train"), root.resolve("val")));
      Files.writeString(yaml, ConfigLoader.write(config(settings)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is trained. */
  public Baseline baseline() {
    return baseline;
  }

  /** The configuration file. */
  public Path yaml() {
    return yaml;
  }

  /** The folder of everything. */
  public Path root() {
    return root;
  }

  /** The resolved configuration. */
  public RunConfig config(String... settings) {
    return ConfigLoader.load(yaml, List.of(settings), name -> baseline.recipe());
  }

  /** Runs a new job to its end in the folder {@code name}. */
  public Path train(String name, String... settings) {
    RunConfig config = config(settings);
    return run(baseline, config, RunFolder.create(root.resolve(name)), Start.anew());
  }

  /**
   * As {@link #train}, and copies the folder before each step but the first: to {@code name-1} when
   * one step is done and saved, as if the run were killed then.
   */
  public Path trainAndCopyAfterEachStep(String name, String... settings) {
    return run(copying(name), config(settings), RunFolder.create(root.resolve(name)), Start.anew());
  }

  /** The baseline, whose run of that name is copied before each step but the first. */
  private Baseline copying(String name) {
    Set<Long> copied =
        new HashSet<>(List.of(0L)); // a step that measures gradients feeds more often
    return observing(
        "trainingFeeds",
        (arguments, feeds) -> {
          long step = ((TrainingPosition) arguments[1]).step();
          if (arguments[2].equals(0) && copied.add(step)) {
            copy(name, name + "-" + step);
          }
          return feeds;
        });
  }

  /**
   * As {@link #train}, and asks to stop when a method of the model is called for the first time.
   */
  public Path trainAndStopIn(String method, String name, String... settings) {
    RunConfig config = config(settings);
    BiFunction<Object[], Object, Object> stopping =
        (arguments, result) -> {
          StopSignal.request();
          return result;
        };
    Baseline observed =
        observed(
            Baseline.class,
            baseline,
            "build",
            (arguments, model) -> observed(Model.class, model, method, stopping));
    return run(observed, config, RunFolder.create(root.resolve(name)), Start.anew());
  }

  /** The baseline, with a method of its models observed. */
  public Baseline observing(String method, BiFunction<Object[], Object, Object> then) {
    return observed(
        Baseline.class,
        baseline,
        "build",
        (arguments, model) -> observed(Model.class, model, method, then));
  }

  /** Passes what a method of {@code target} returns through {@code then}, with its arguments. */
  private static <T> T observed(
      Class<T> type, Object target, String method, BiFunction<Object[], Object, Object> then) {
    InvocationHandler handler =
        (proxy, called, arguments) -> {
          Object result = called.invoke(target, arguments);
          return called.getName().equals(method) ? then.apply(arguments, result) : result;
        };
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  /** Copies the folder of a run. */
  public Path copy(String name, String copy) {
    Path from = root.resolve(name);
    Path to = root.resolve(copy);
    try (Stream<Path> all = Files.walk(from)) {
      for (Path file : all.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)));
      }
      return to;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a new job that starts with the weights of a file. */
  public Path trainFrom(Path weights, String name, String... settings) {
    RunConfig config = config(settings);
    return run(baseline, config, RunFolder.create(root.resolve(name)), Start.from(weights));
  }

  /** Prepares a new job that starts with the weights of a file, and stops before its first step. */
  public Path prepareFrom(Path weights, String name, String... settings) {
    RunConfig config = config(settings);
    RunFolder folder = RunFolder.create(root.resolve(name));
    try (PrintStream console = silence()) {
      new PretrainingJob(baseline, config, folder, Start.from(weights), console).close();
      return folder.root();
    }
  }

  /** Goes on with the run in the folder {@code name}. */
  public Path resume(String name) {
    RunFolder folder = RunFolder.open(root.resolve(name));
    return run(baseline, ConfigLoader.read(folder.config()), folder, Start.resumed());
  }

  /** As {@link #resume}, with copies as of {@link #trainAndCopyAfterEachStep}. */
  public Path resumeAndCopyAfterEachStep(String name) {
    RunFolder folder = RunFolder.open(root.resolve(name));
    return run(copying(name), ConfigLoader.read(folder.config()), folder, Start.resumed());
  }

  /**
   * As {@link #train}, by so many workers; {@code training.accumulate} micro-batches are dealt out
   * to them.
   */
  public Path trainByWorkers(int workers, String name, String... settings) {
    return runByWorkers(
        workers, config(settings), RunFolder.create(root.resolve(name)), Start.anew());
  }

  /** As {@link #resume}, by so many workers. */
  public Path resumeByWorkers(int workers, String name) {
    RunFolder folder = RunFolder.open(root.resolve(name));
    return runByWorkers(workers, ConfigLoader.read(folder.config()), folder, Start.resumed());
  }

  private Path runByWorkers(int workers, RunConfig config, RunFolder folder, Start start) {
    List<Ranks.Outcome<Boolean>> outcomes =
        Ranks.run(workers, collective -> runOf(baseline, config, folder, start, collective));
    for (Ranks.Outcome<Boolean> outcome : outcomes) {
      assertThat(outcome.error()).isNull();
    }
    return folder.root();
  }

  /** Runs the job of one worker to its end; whether it got there. */
  public static boolean runOf(
      Baseline baseline, RunConfig config, RunFolder folder, Start start, Collective collective) {
    try (PrintStream console = silence();
        PretrainingJob job =
            new PretrainingJob(baseline, config, folder, start, console, collective)) {
      return job.run();
    }
  }

  private static Path run(Baseline baseline, RunConfig config, RunFolder folder, Start start) {
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

  /** The files of a run, as {@code checkpoints/last.json}. */
  public static List<String> files(Path run) {
    try (Stream<Path> all = Files.walk(run)) {
      return all.filter(Files::isRegularFile)
          .map(file -> run.relativize(file).toString().replace('\\', '/'))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
