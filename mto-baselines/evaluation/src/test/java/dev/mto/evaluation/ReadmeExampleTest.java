package dev.mto.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.engine.Baselines;
import dev.mto.engine.testing.TinyRun;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's example of this library compiles, and evaluates a run. */
class ReadmeExampleTest {
  private static final Path README = Path.of("../../README.md");
  private static final Pattern EXAMPLE =
      Pattern.compile(
          "## What a pre-trained encoder is good for.*?```java\n(.*?)```", Pattern.DOTALL);
  private static final String PROGRAM =
      """
      import dev.mto.deeplearning4j.*;
      import dev.mto.engine.encoder.*;
      import dev.mto.engine.weights.*;
      import dev.mto.evaluation.*;
      import java.nio.file.Path;

      public final class Example implements java.util.concurrent.Callable<double[]> {
        public double[] call() {
          %s
          return new double[] {knn.top1(), linear.top1(), tuned.top1()};
        }
      }
      """;

  @TempDir private static Path root;

  @Test
  void theExampleEvaluatesARun() throws Exception {
    Path run = pretrain();
    try (URLClassLoader loader =
        new URLClassLoader(
            new URL[] {compile(example(run)).toUri().toURL()}, getClass().getClassLoader())) {
      Callable<?> example =
          (Callable<?>) loader.loadClass("Example").getConstructor().newInstance();

      for (double top1 : (double[]) example.call()) {
        assertThat(top1).isBetween(.3, 1.);
      }
    }
    assertThat(run.resolve("evaluate/mine/result.json")).exists();
  }

  private static Path pretrain() throws Exception {
    return new TinyRun(
            Baselines.named("mae"),
            root,
            """
            baseline: mae
            model: { preset: vit-tiny, image: [32, 32], patch: 8, dim: 48, depth: 2, heads: 3 }
            options: { decoder_dim: 32, decoder_depth: 1, decoder_heads: 2 }
            data: { train: %s, val: %s, workers: 2 }
            training: { epochs: 1, batch: 8, accumulate: 1, base_lr: 1.0e-3, lr_scale_batch: none, warmup_epochs: 0 }
            """)
        .train("run");
  }

  private static String example(Path run) throws Exception {
    Matcher example = EXAMPLE.matcher(Files.readString(README));
    assertThat(example.find()).isTrue();
    return PROGRAM.formatted(
        example
            .group(1)
            .replace("runs/mae-tiny", run.toString())
            .replace("configs/", "../../configs/")
            .replace("tiny.yaml\")", "tiny.yaml\"), \"batch=16\", \"epochs=2\""));
  }

  private static Path compile(String source) throws Exception {
    Path file = Files.writeString(root.resolve("Example.java"), source);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled =
          compiler
              .getTask(
                  messages,
                  manager,
                  null,
                  List.of(
                      "-proc:none",
                      "-d",
                      root.toString(),
                      "-cp",
                      System.getProperty("java.class.path")),
                  null,
                  manager.getJavaFileObjects(file))
              .call();
      assertThat(compiled).as(messages.toString()).isTrue();
    }
    return root;
  }
}
