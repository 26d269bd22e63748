package dev.mto.engine.pictures;

/** Text inside HTML and SVG. */
public final class Markup {
  private Markup() {}

  /** {@code text} so that a browser shows it as it is, in elements and in quoted attributes. */
  public static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
