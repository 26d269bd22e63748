package dev.mto.engine.report;

import dev.mto.engine.errors.FileException;
import dev.mto.engine.pictures.Markup;
import dev.mto.engine.pictures.Numbers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Parts of pages. */
final class Html {
  private static final Pattern NUMBER =
      Pattern.compile("(± )?[+-]?\\.?\\d.*|[\u2212\u2013-]?|not reached");

  private Html() {}

  /** A paragraph of text that is not yet escaped. */
  static String paragraph(String text) {
    return "<p>" + Markup.escape(text) + "</p>\n";
  }

  /** Sentences to read beside a chart. */
  static String normal(String heading, List<String> sentences) {
    return sentences.isEmpty()
        ? ""
        : "<div class=\"normal\"><h3>"
            + Markup.escape(heading)
            + "</h3>\n"
            + sentences.stream()
                .map(sentence -> "<p>" + Markup.escape(sentence) + "</p>\n")
                .collect(Collectors.joining())
            + "</div>\n";
  }

  /** Charts or figures side by side where the page allows. */
  static String grid(String figures) {
    return figures.isEmpty() ? "" : "<div class=\"grid\">\n" + figures + "</div>\n";
  }

  /**
   * A picture inside the page, over its caption. Where the page is narrower than {@code least} it
   * can be moved in its own frame, so that its text stays legible.
   *
   * @param cssClass of the figure; empty for none
   * @param caption what the picture shows, not yet escaped
   * @param least pixels in width
   */
  static String figure(String cssClass, Path png, String caption, int least) {
    String text = Markup.escape(caption);
    try {
      return "<figure%s><div class=\"frame\"><img style=\"--least:%dpx\" alt=\"%s\" src=\"data:image/png;base64,%s\"></div><figcaption>%s</figcaption></figure>\n"
          .formatted(
              cssClass.isEmpty() ? "" : " class=\"" + cssClass + "\"",
              least,
              text,
              Base64.getEncoder().encodeToString(Files.readAllBytes(png)),
              text);
    } catch (IOException e) {
      throw FileException.reading(png, e);
    }
  }

  /** A table of text, whose columns of numbers are flush right; nothing without rows. */
  static String table(List<String> header, List<List<String>> rows) {
    if (rows.isEmpty()) {
      return "";
    }
    StringBuilder html = new StringBuilder("<div class=\"frame\"><table>\n<thead>");
    html.append(row("th", header, rows)).append("</thead>\n<tbody>\n");
    rows.forEach(cells -> html.append(row("td", cells, rows)));
    return html.append("</tbody></table></div>\n").toString();
  }

  private static String row(String tag, List<String> cells, List<List<String>> rows) {
    StringBuilder html = new StringBuilder("<tr>");
    for (int column = 0; column < cells.size(); column++) {
      int at = column;
      boolean numbers =
          rows.stream().allMatch(r -> r.size() <= at || NUMBER.matcher(r.get(at)).matches());
      html.append(
          "<%s%s>%s</%1$s>"
              .formatted(
                  tag,
                  numbers ? " class=\"number\"" : "",
                  Markup.escape(Numbers.withMinus(cells.get(column)))));
    }
    return html.append("</tr>\n").toString();
  }

  /** Something that is folded until it is asked for. */
  static String folded(String summary, String content) {
    return content.isEmpty()
        ? ""
        : "<details><summary>%s</summary>\n%s</details>\n"
            .formatted(Markup.escape(summary), content);
  }
}
