package dev.mto.bench.study;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A table of a report.
 *
 * @param title heading
 * @param note what the figures are
 */
record Table(String title, String note, List<String> header, List<List<String>> rows) {
  Table {
    header = List.copyOf(header);
    rows = List.copyOf(rows);
  }

  /** The table as Markdown, under its title. */
  String markdown() {
    List<List<String>> lines = new ArrayList<>();
    lines.add(header);
    lines.add(Collections.nCopies(header.size(), "---"));
    lines.addAll(rows);
    return "### "
        + title
        + "\n\n"
        + note
        + "\n\n"
        + lines.stream()
            .map(cells -> "| " + String.join(" | ", cells) + " |")
            .collect(Collectors.joining("\n"))
        + "\n";
  }
}
