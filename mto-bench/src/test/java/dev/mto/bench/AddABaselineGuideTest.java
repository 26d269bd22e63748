package dev.mto.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.engine.Baseline;
import dev.mto.engine.testing.Sources;
import dev.mto.engine.testing.TinyRun;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guide's code compiles, is found as a service, and trains. */
class AddABaselineGuideTest {
  private static final Path GUIDE = Path.of("..", "docs", "add-a-baseline.md");
  private static final Pattern JAVA_TYPE =
      Pattern.compile("^(?:public )?(?:final )?(?:class|record) (\\w+)", Pattern.MULTILINE);

  @TempDir private static Path folder;

  @Test
  void theBaselineOfTheGuideTrains() throws IOException {
    String guide = Files.readString(GUIDE);
    Path classes = Files.createDirectories(folder.resolve("classes"));
    compile(blocks(guide, "java"), classes);
    write(classes.resolve("dev/mto/meancolour/recipe.yaml"), blocks(guide, "yaml").get(0));
    write(
        classes.resolve("META-INF/services/dev.mto.engine.Baseline"),
        "dev.mto.meancolour.MeanColour\n");
    assertThat(guide).contains("\ndev.mto.meancolour.MeanColour\n");

    String recipe;
    try (URLClassLoader loader = loader(classes)) {
      Baseline baseline = meanColour(loader);
      recipe = baseline.recipe();

      List<JsonNode> rows = TinyRun.metrics(train(baseline));

      assertThat(rows).hasSize(24);
      assertThat(mean(rows.subList(18, 24))).isLessThan(.8 * mean(rows.subList(0, 6)));
      assertThat(rows.get(0).get("heterogeneity")).hasSize(3);
    }
    write(classes.resolve("dev/mto/meancolour/recipe.yaml"), recipe);
    try (URLClassLoader loader = loader(classes)) {
      assertThat(meanColour(loader).recipe()).as("one that gives every key").isEqualTo(recipe);
    }
  }

  private static URLClassLoader loader(Path classes) throws IOException {
    return new URLClassLoader(
        new URL[] {classes.toUri().toURL()}, AddABaselineGuideTest.class.getClassLoader());
  }

  private static Baseline meanColour(ClassLoader loader) {
    return StreamSupport.stream(ServiceLoader.load(Baseline.class, loader).spliterator(), false)
        .filter(found -> found.name().equals("meancolour"))
        .findFirst()
        .orElseThrow();
  }

  private static Path train(Baseline baseline) {
    return new TinyRun(baseline, folder, "masking={ratio: 0.5, unit: 8}").train("run");
  }

  private static void compile(List<String> sources, Path classes) throws IOException {
    List<Path> files = new ArrayList<>();
    for (String source : sources) {
      MatchResult type = JAVA_TYPE.matcher(source).results().findFirst().orElseThrow();
      files.add(write(folder.resolve("sources/" + type.group(1) + ".java"), source));
    }
    assertThat(files).hasSize(3);
    Sources.compile(files, classes);
  }

  private static List<String> blocks(String guide, String language) {
    return Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
        .matcher(guide)
        .results()
        .map(block -> block.group(1))
        .toList();
  }

  private static Path write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private static double mean(List<JsonNode> rows) {
    return rows.stream().mapToDouble(row -> row.get("loss.ss").asDouble()).average().orElseThrow();
  }
}
