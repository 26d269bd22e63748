package dev.mto.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.engine.Baselines;
import dev.mto.engine.testing.Sources;
import dev.mto.engine.testing.TinyRun;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of this library in docs/evaluation.md compiles, and evaluates a run. */
class DocumentedExampleTest {
  private static final Path DOCUMENT = Path.of("../../docs/evaluation.md");
  private static final Pattern EXAMPLE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final String PROGRAM =
      """
      import dev.mto.engine.encoder.*;
      import dev.mto.engine.weights.*;
      import dev.mto.evaluation.*;
      import dev.mto.evaluation.linear.*;
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
    Path source = Files.writeString(root.resolve("Example.java"), example(run));
    Sources.compile(List.of(source), root);
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {root.toUri().toURL()}, getClass().getClassLoader())) {
      Callable<?> example =
          (Callable<?>) loader.loadClass("Example").getConstructor().newInstance();

      for (double top1 : (double[]) example.call()) {
        assertThat(top1).isBetween(.3, 1.);
      }
    }
    assertThat(run.resolve("evaluate/mine/result.json")).exists();
  }

  private static Path pretrain() {
    return new TinyRun(
            Baselines.named("mae"),
            root,
            "options={decoder_dim: 32, decoder_depth: 1, decoder_heads: 2}",
            "training.epochs=1")
        .train("run");
  }

  private static String example(Path run) throws Exception {
    Matcher example = EXAMPLE.matcher(Files.readString(DOCUMENT));
    assertThat(example.find()).isTrue();
    return PROGRAM.formatted(
        example
            .group(1)
            .replace("runs/mae-tiny", run.toString())
            .replace("configs/", "../../configs/")
            .replace("tiny.yaml\")", "tiny.yaml\"), \"batch=16\", \"epochs=2\""));
  }
}
