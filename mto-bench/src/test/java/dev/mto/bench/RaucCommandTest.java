package dev.mto.bench;

import static dev.mto.engine.testing.CommandRun.arguments;
import static dev.mto.engine.testing.CommandRun.joined;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RaucCommandTest {
  private static final String BASELINE = "epoch,accuracy\n100,80\n400,83\n";

  @TempDir private Path folder;

  @Test
  void printsAndWritesBothReadingsOfEquation8() throws IOException {
    Path json = folder.resolve("rauc.json");
    Path chart = folder.resolve("rauc.png");
    Execution run =
        rauc(
            BASELINE,
            "accuracy,epoch,note\n81,100,x\n84,400,y\n",
            "--json",
            json + "",
            "--chart",
            chart + "");

    run.assertDone();
    // area between the curves 300, area of the baseline's rise 450
    assertThat(run.out())
        .contains("improvement 0.6667, ratio 1.6667")
        .contains("epoch 300.0, 25.0 %");
    JsonNode figures = new ObjectMapper().readTree(json.toFile());
    assertThat(figures.get("improvement").asDouble()).isCloseTo(2 / 3.0, within(1e-12));
    assertThat(figures.get("ratio").asDouble()).isCloseTo(5 / 3.0, within(1e-12));
    assertThat(figures.at("/seeds/0/reduction").asDouble()).isCloseTo(0.25, within(1e-12));
    assertThat(figures.get("interval").get(0).isNull()).as("of one pair").isTrue();
    assertThat(chart).isNotEmptyFile();
  }

  @Test
  void seedsAreComparedWithThemselves() throws IOException {
    Execution run =
        rauc(
            "epoch,accuracy,seed\n100,80,1\n400,83,1\n100,70,2\n400,73,2\n100,60,3\n400,59,3\n",
            "epoch,accuracy,seed\n100,81,1\n400,84,1\n100,70,2\n400,72,2\n100,60,3\n400,61,3\n");

    assertThat(run.errors()).isEmpty();
    assertThat(run.out())
        .contains("seed 1: improvement 0.6667")
        .contains("seed 2: improvement -0.3333")
        .contains("never reaches")
        .contains("seed 3: no value of its own")
        // areas between 300, -150, 300; rises 450, 450, -150
        .contains("over 3 seeds, ratio of mean areas: improvement 0.600 (")
        .contains("the baseline's seeds among themselves: ± ")
        .contains("2 of 3 seeds reach the baseline's last accuracy; mean epoch of these 200.0,");
  }

  @Test
  void wrongFilesAreRefusedInOneLine() throws IOException {
    assertRefused("line 3: epoch 100.0 is there twice", "epoch,accuracy\n100,1\n100,2\n", BASELINE);
    assertRefused(
        "line 2: accuracy is 'x' but must be a number", "epoch,accuracy\n1,x\n", BASELINE);
    assertRefused("has no column 'accuracy'", "epoch,top1\n1,2\n", BASELINE);
    assertRefused("has no rows", "epoch,accuracy\n", BASELINE);
    assertRefused("at least two epochs", "epoch,accuracy\n1,2\n", BASELINE);
    assertRefused("in fractions of 1", BASELINE, "epoch,accuracy\n100,.8\n400,.83\n");
    assertRefused("has no column 'seed'", BASELINE, "epoch,accuracy,seed\n100,80,1\n400,83,1\n");
    assertRefused(
        "a seed is compared with itself",
        "epoch,accuracy,seed\n100,80,1\n400,83,1\n",
        "epoch,accuracy,seed\n100,80,2\n400,83,2\n");
    assertRefused("covers epochs 100 to 300 only", BASELINE, "epoch,accuracy\n100,80\n300,83\n");
    Path none = folder.resolve("none.csv");
    Execution.ofLine("rauc --baseline %s --target %s --from 1 --to 2", none, none)
        .assertRefused("no such file");
  }

  private void assertRefused(String reason, String baseline, String target) throws IOException {
    rauc(baseline, target).assertRefused(reason);
  }

  private Execution rauc(String baseline, String target, String... more) throws IOException {
    Path a = Files.writeString(folder.resolve("a.csv"), baseline);
    Path b = Files.writeString(folder.resolve("b.csv"), target);
    String line = "rauc --baseline %s --target %s --from 100 --to 400";
    return Execution.of(joined(arguments(line, a, b), more));
  }
}
