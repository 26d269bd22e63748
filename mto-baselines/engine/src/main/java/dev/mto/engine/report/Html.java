package dev.mto.engine.report;

import dev.mto.engine.folder.AtomicFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/** Text, pictures and pages as HTML. */
final class Html {
  private Html() {}

  /** {@code text} so that a browser shows it as it is, in elements and in quoted attributes. */
  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  /** A section under a heading; nothing where {@code content} is empty. */
  static String section(String heading, String content) {
    return content.isEmpty()
        ? ""
        : "<section>\n<h2>" + escape(heading) + "</h2>\n" + content + "\n</section>\n";
  }

  /**
   * A picture inside the page, over its caption.
   *
   * @param cssClass of the figure; empty for none
   * @param caption text, not yet escaped
   */
  static String figure(String cssClass, Path png, String caption) throws IOException {
    String text = escape(caption);
    return "<figure%s><img alt=\"%s\" src=\"data:image/png;base64,%s\"><figcaption>%s</figcaption></figure>\n"
        .formatted(
            cssClass.isEmpty() ? "" : " class=\"" + cssClass + "\"",
            text,
            Base64.getEncoder().encodeToString(Files.readAllBytes(png)),
            text);
  }

  /**
   * Writes a page, replacing an older one.
   *
   * @param title text, not yet escaped
   * @param content HTML
   */
  static void write(Path file, String title, String content) throws IOException {
    try (InputStream template = Html.class.getResourceAsStream("page.html")) {
      String page = new String(template.readAllBytes(), StandardCharsets.UTF_8);
      AtomicFiles.writeString(
          file, page.replace("{{title}}", escape(title)).replace("{{content}}", content));
    }
  }
}
