package dev.mto.engine.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A picture of a run.
 *
 * @param file the PNG
 * @param kind the file's name without its number, such as {@code reconstruction}
 * @param number the number at the end of the file's name, an epoch; -1 where it has none
 */
record Picture(Path file, String kind, long number) {
  private static final Pattern NUMBERED = Pattern.compile("(.+)-(\\d{1,18})");

  static Picture of(Path file) {
    String name = file.getFileName().toString().replaceFirst("\\.png$", "");
    Matcher numbered = NUMBERED.matcher(name);
    return numbered.matches()
        ? new Picture(file, numbered.group(1), Long.parseLong(numbered.group(2)))
        : new Picture(file, name, -1);
  }

  /** The picture itself inside the page. */
  String html(String cssClass) throws IOException {
    String caption = Html.escape(number < 0 ? kind : kind + ", epoch " + number);
    return "<figure class=\"%s\"><img alt=\"%s\" src=\"data:image/png;base64,%s\"><figcaption>%s</figcaption></figure>\n"
        .formatted(
            cssClass,
            caption,
            Base64.getEncoder().encodeToString(Files.readAllBytes(file)),
            caption);
  }
}
