package dev.mto.engine.report;

import dev.mto.engine.pictures.Markup;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A page: a heading, a list of its sections, and the sections. One file that needs no other and no
 * network.
 */
final class Page {
  /** From so many sections on there is a list of them. */
  private static final int MANY = 3;

  private static final Pattern PART = Pattern.compile("\\{\\{(refresh|title|content)}}");

  private final String title;
  private final String header;
  private final int refreshSeconds;
  private final Map<String, String> sections = new LinkedHashMap<>();

  private Page(String title, String header, int refreshSeconds) {
    this.title = title;
    this.header = header;
    this.refreshSeconds = refreshSeconds;
  }

  /**
   * A page without sections.
   *
   * @param title text, not yet escaped
   * @param header HTML below the title
   */
  static Page of(String title, String header) {
    return new Page(title, header, 0);
  }

  /** The same page, which a browser loads anew after so many seconds; 0 for never. */
  Page refreshing(int seconds) {
    return new Page(title, header, seconds);
  }

  /** Adds a section under a heading; one without content is left out. */
  Page with(String heading, String content) {
    if (!content.isEmpty()) {
      sections.put(heading, content);
    }
    return this;
  }

  String html() {
    try (InputStream template = Page.class.getResourceAsStream("page.html")) {
      String refresh =
          refreshSeconds > 0
              ? "<meta http-equiv=\"refresh\" content=\"" + refreshSeconds + "\">\n"
              : "";
      Map<String, String> parts =
          Map.of(
              "refresh",
              refresh,
              "title",
              Markup.escape(title),
              "content",
              header + contents() + body());
      return PART.matcher(new String(template.readAllBytes(), StandardCharsets.UTF_8))
          .replaceAll(part -> Matcher.quoteReplacement(parts.get(part.group(1))));
    } catch (IOException e) {
      throw new IllegalStateException("page.html is not in the program", e);
    }
  }

  private String contents() {
    return sections.size() < MANY
        ? ""
        : sections.keySet().stream()
            .map(heading -> "<a href=\"#%s\">%s</a>".formatted(id(heading), Markup.escape(heading)))
            .collect(Collectors.joining("\n", "<nav aria-label=\"Contents\">\n", "\n</nav>\n"));
  }

  private String body() {
    return sections.entrySet().stream()
        .map(
            section ->
                "<section id=\"%s\">\n<h2>%s</h2>\n%s\n</section>\n"
                    .formatted(
                        id(section.getKey()), Markup.escape(section.getKey()), section.getValue()))
        .collect(Collectors.joining());
  }

  private static String id(String heading) {
    return heading.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
  }
}
