package dev.mto.bench.study;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The results in this repository are those of its studies, and its documents say what they are. */
class CommittedResultsTest {
  private static final Path RESULTS = Path.of("../docs/RESULTS.md");
  private static final List<Path> DOCUMENTS =
      List.of(
          Path.of("../README.md"),
          Path.of("../docs/pretraining.md"),
          Path.of("../docs/evaluation.md"),
          Path.of("../docs/PERFORMANCE.md"),
          Path.of("../docs/study-protocol.md"),
          RESULTS);
  private static final Pattern CHECKED =
      Pattern.compile("<!-- checked ([\\w.-]+) -->\n(.*?)<!-- end -->", Pattern.DOTALL);
  private static final Pattern BLOCK =
      Pattern.compile("<!-- (study|checked|not in the cells).*?<!-- end -->", Pattern.DOTALL);
  private static final Pattern NUMBER =
      Pattern.compile("(?<![\\w./^-])-?\\d*\\.?\\d+(?![\\w-]|\\.\\d)");
  private static final Pattern SPREAD = Pattern.compile("[-+]?\\d*\\.?\\d+ ± \\d*\\.?\\d+");
  private static final Pattern SENTENCES = Pattern.compile(".+?(?:[.:;] |$)");
  private static final Pattern SHARE = Pattern.compile("\\d+ of \\d+");

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"fashion", "fashion-sweep"})
  void everyCellHasItsHashStillAndNeedsNoImages(String name) throws IOException {
    CommittedStudy committed = CommittedStudy.of(name, folder);

    assertThat(committed.images().missing()).hasSize(3);
    assertThat(committed.finished()).hasSameSizeAs(committed.cells());
  }

  @ParameterizedTest
  @MethodSource("keptStudies")
  void everyKeptResultIsOfACellOfItsStudy(String name) throws IOException {
    CommittedStudy committed = CommittedStudy.of(name, folder);

    assertThat(committed.finished()).isNotEmpty();
    assertThat(committed.finished()).hasSameSizeAs(committed.keptFiles());
  }

  static List<String> keptStudies() throws IOException {
    try (Stream<Path> folders = Files.list(Path.of("../docs/results"))) {
      return folders.map(folder -> folder.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"fashion", "fashion-sweep", "precision", "halving-stage1-six", "halving"})
  void tablesInDocumentsAreThoseOfTheCells(String name) throws IOException {
    List<StudyTables.Table> tables = CommittedStudy.of(name, folder).tables();
    for (Path document : DOCUMENTS) {
      String text = Files.readString(document);
      assertThat(MarkedTables.replaced(document, text, name, tables))
          .as("%s; make it by study --report --into", document)
          .isEqualTo(text);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"fashion", "fashion-sweep", "precision", "halving-stage1", "halving"})
  void numbersInTheTextAreInTheTablesOrInTheStudysFiles(String name) throws IOException {
    CommittedStudy committed = CommittedStudy.of(name, folder);
    String tables =
        committed.tables().stream()
            .map(StudyTables.Table::markdown)
            .collect(Collectors.joining("\n"));
    Set<BigDecimal> measured = numbers(tables);
    Set<BigDecimal> set = numbers(committed.text());
    int checked = 0;
    for (Path document : DOCUMENTS) {
      for (MatchResult block : CHECKED.matcher(Files.readString(document)).results().toList()) {
        if (block.group(1).equals(name)) {
          String text = block.group(2).replaceAll("\\s+", " ");
          SPREAD
              .matcher(text)
              .results()
              .forEach(spread -> assertThat(tables).contains(spread.group()));
          SENTENCES
              .matcher(text)
              .results()
              .forEach(sentence -> assertSharesAreOfOneRow(sentence.group(), tables));
          for (BigDecimal number : numbers(text)) {
            assertThat(isAmong(number, measured) || isAmong(number, set))
                .as("%s, in %s: %s", number, document, text)
                .isTrue();
            checked++;
          }
        }
      }
    }
    assertThat(checked).isGreaterThan(10);
  }

  @Test
  void whatIsNeitherCheckedNorMarkedAsNotCheckedHasNoFigures() throws IOException {
    String rest = BLOCK.matcher(Files.readString(RESULTS)).replaceAll("");

    assertThat(Pattern.compile("\\d*\\.\\d+").matcher(rest).results().map(MatchResult::group))
        .isEmpty();
  }

  @Test
  void aWrongNumberIsFound() {
    Set<BigDecimal> measured = numbers("| +0.89 ± 0.24 | 57.35 ± 2.13 | -0.32 ± 1.44 |");

    assertThat(isAmong(new BigDecimal("0.9"), measured)).as("rounded").isTrue();
    assertThat(isAmong(new BigDecimal("57.4"), measured)).isTrue();
    assertThat(isAmong(new BigDecimal("0.32"), measured)).as("of either sign").isTrue();
    assertThat(isAmong(new BigDecimal("57.3"), measured)).isFalse();
    assertThat(isAmong(new BigDecimal("0.890"), measured)).as("more than is known").isFalse();
  }

  /** E.g. "6 of 12 after 2 epochs, 10 of 12 after 4": one row has both. */
  private static void assertSharesAreOfOneRow(String sentence, String tables) {
    List<String> shares =
        SHARE.matcher(sentence).results().map(share -> "| " + share.group() + " |").toList();
    assertThat(tables.lines())
        .as(sentence)
        .anyMatch(row -> shares.stream().allMatch(share -> row.contains(share)));
  }

  private static boolean isAmong(BigDecimal number, Set<BigDecimal> known) {
    return known.stream()
        .filter(each -> each.scale() >= number.scale())
        .anyMatch(
            each ->
                each.abs().setScale(number.scale(), RoundingMode.HALF_UP).compareTo(number.abs())
                    == 0);
  }

  private static Set<BigDecimal> numbers(String text) {
    return NUMBER
        .matcher(text.replaceAll("(?<=\\d),(?=\\d{3})", ""))
        .results()
        .map(number -> new BigDecimal(number.group()))
        .collect(Collectors.toSet());
  }
}
