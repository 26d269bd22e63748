package dev.mto.engine.report;

/** Text as HTML. */
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
}
