package dev.mto.engine.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.engine.errors.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsFileTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = folder.resolve("metrics.jsonl");
  }

  @Test
  void readsNumbersAndArrays() throws IOException {
    Files.writeString(
        file,
        "{\"step\":7,\"epoch\":2,\"loss\":0.5,\"lr\":\"NaN\",\"heterogeneity\":[4.25,\"NaN\",1]}\n");

    List<MetricsRow> rows = rows();

    assertThat(rows).hasSize(1);
    MetricsRow row = rows.get(0);
    assertThat(row.step()).isEqualTo(7);
    assertThat(row.epoch()).hasValue(2);
    assertThat(row.number("loss")).hasValue(0.5);
    assertThat(row.number("lr")).hasValue(Double.NaN);
    assertThat(row.number("knn")).isEmpty();
    assertThat(row.numbers("heterogeneity")).containsExactly(4.25, Double.NaN, 1);
    assertThat(row.numbers("loss")).isEmpty();
  }

  @Test
  void passesOverAHalfWrittenLastLine() throws IOException {
    Files.writeString(file, "{\"step\":1}\n{\"step\":2}\n{\"step\":3,\"lo");

    assertThat(rows()).extracting(MetricsRow::step).containsExactly(1L, 2L);
  }

  @Test
  void refusesABrokenLineInTheMiddle() throws IOException {
    Files.writeString(file, "{\"step\":1}\n{\"step\":\n{\"step\":3}\n");

    assertThatThrownBy(this::rows)
        .isInstanceOf(UserException.class)
        .hasMessage(file + ", line 2: not a JSON object with a step; mend or remove that line");
  }

  @Test
  void refusesARowWithoutAStep() throws IOException {
    Files.writeString(file, "{\"loss\":1}\n{\"step\":3}\n");

    assertThatThrownBy(this::rows).hasMessageContaining("line 1");
  }

  @Test
  void truncatesToTheBytesOfTheKeptRows() throws IOException {
    String kept = "{\"step\":1, \"loss\": 0.10}\n{\"step\":2,\"note\":\"\u00e9\"}\n";
    Files.writeString(file, kept + "{\"step\":3}\n{\"step\":4}\n{\"st");

    MetricsFile.truncateAfter(file, 2);

    assertThat(Files.readString(file)).isEqualTo(kept);
    assertThat(folder.toFile().list()).containsExactly("metrics.jsonl");
  }

  @Test
  void keepsAWholeLastRowThatLacksOnlyItsNewline() throws IOException {
    Files.writeString(file, "{\"step\":1}\n{\"step\":2}");

    MetricsFile.truncateAfter(file, 2);

    assertThat(Files.readString(file)).isEqualTo("{\"step\":1}\n{\"step\":2}\n");
  }

  @Test
  void truncatingToStepZeroLeavesAnEmptyFile() throws IOException {
    Files.writeString(file, "{\"step\":1}\n");

    MetricsFile.truncateAfter(file, 0);

    assertThat(file).isEmptyFile();
  }

  @Test
  void truncatingLeavesOutDamagedLinesAndTellsTheirNumbers() throws IOException {
    Files.write(file, new byte[] {'{', (byte) 0xFF, '\n'});
    Files.writeString(
        file, "{\"step\":1}\nnonsense\n{\"step\":2}\n{\"step\":3}\n", StandardOpenOption.APPEND);

    assertThat(MetricsFile.truncateAfter(file, 2)).containsExactly(1, 3);

    assertThat(Files.readString(file)).isEqualTo("{\"step\":1}\n{\"step\":2}\n");
    assertThat(folder.toFile().list()).containsExactly("metrics.jsonl");
  }

  @Test
  void truncatingAnAbsentFileDoesNothing() throws IOException {
    MetricsFile.truncateAfter(file, 3);

    assertThat(file).doesNotExist();
  }

  private List<MetricsRow> rows() throws IOException {
    List<MetricsRow> rows = new ArrayList<>();
    MetricsFile.forEach(file, rows::add);
    return rows;
  }
}
