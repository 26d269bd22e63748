package dev.mto.bench.study;

import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tables of a study inside a document, between marks that name the study and the table. */
final class MarkedTables {
  private static final Pattern BLOCK =
      Pattern.compile("(<!-- study ([\\w.-]+): (.+?) -->\\n).*?(<!-- end -->)", Pattern.DOTALL);

  private MarkedTables() {}

  /**
   * Replaces the marked tables of a study in a file.
   *
   * @throws UserException when the study has no table of a title that is asked for
   */
  static void replace(Path file, String study, List<StudyTables.Table> tables) {
    try {
      AtomicFiles.writeString(file, replaced(file, Files.readString(file), study, tables));
    } catch (IOException e) {
      throw FileException.writing(file, e);
    }
  }

  /** The text of a document with its marked tables of a study replaced. */
  static String replaced(Path file, String text, String study, List<StudyTables.Table> tables) {
    return BLOCK
        .matcher(text)
        .replaceAll(
            block ->
                Matcher.quoteReplacement(
                    block.group(2).equals(study)
                        ? block.group(1) + table(file, block, tables) + block.group(4)
                        : block.group()));
  }

  private static String table(Path file, MatchResult block, List<StudyTables.Table> tables) {
    return tables.stream()
        .filter(table -> table.title().equals(block.group(3)))
        .findFirst()
        .orElseThrow(
            () ->
                new UserException(
                    "%s: study %s has no table '%s'; it has %s"
                        .formatted(
                            file,
                            block.group(2),
                            block.group(3),
                            tables.stream().map(StudyTables.Table::title).toList())))
        .noteAndRows();
  }
}
