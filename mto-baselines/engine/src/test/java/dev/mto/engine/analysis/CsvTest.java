package dev.mto.engine.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Figures beside a picture, to the byte. */
class CsvTest {
  @TempDir private Path folder;

  @Test
  void numbersHaveSevenDigitsAndTextIsQuotedWhereItMustBe() throws IOException {
    Csv csv = new Csv("file", "label", "masked", "error");
    csv.row("a.png", "bag, \"old\"", 12, 1.0 / 3);
    csv.row("two\nlines", "boot", 1234567890, 1e-10);
    csv.row("c.png", "d e", 0, Double.NaN);

    csv.writeBeside(folder.resolve("maps.png"));

    assertThat(folder.resolve("maps.csv"))
        .content()
        .isEqualTo(
            """
            file,label,masked,error
            a.png,"bag, ""old\""",12,0.3333333
            "two
            lines",boot,1234567890,1.000000e-10
            c.png,d e,0,NaN
            """);
  }
}
