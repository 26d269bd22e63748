package dev.mto.engine.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The pictures of a run: the latest of each kind large, a few earlier ones beside it. */
final class PictureSections {
  private static final int EARLIER = 4;

  /** Drawn as curves elsewhere on the page. */
  private static final Set<String> CURVES = Set.of("loss", "heterogeneity");

  private static final Pattern NUMBERED = Pattern.compile("(.+?)(?:-(\\d{1,18}))?\\.png");

  private final List<Picture> pictures;

  /**
   * A picture of a run.
   *
   * @param kind the file's name without its number, such as {@code reconstruction}
   * @param number the number at the end of the file's name, an epoch; -1 where it has none
   */
  private record Picture(Path file, String kind, long number) {
    String html(String cssClass) throws IOException {
      return Html.figure(cssClass, file, number < 0 ? kind : kind + ", epoch " + number);
    }
  }

  private PictureSections(List<Picture> pictures) {
    this.pictures = pictures;
  }

  /** The pictures of a folder, in order of their numbers; none where the folder is absent. */
  static PictureSections in(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return new PictureSections(List.of());
    }
    try (Stream<Path> files = Files.list(folder)) {
      return new PictureSections(
          files
              .flatMap(file -> picture(file).stream())
              .sorted(Comparator.comparing(Picture::kind).thenComparingLong(Picture::number))
              .toList());
    }
  }

  private static Optional<Picture> picture(Path file) {
    Matcher name = NUMBERED.matcher(file.getFileName().toString());
    if (!name.matches()) {
      return Optional.empty();
    }
    long number = name.group(2) == null ? -1 : Long.parseLong(name.group(2));
    return Optional.of(new Picture(file, name.group(1), number));
  }

  String reconstructions() throws IOException {
    return Html.section("Reconstructions", kind("reconstruction", "row"));
  }

  String affinity() throws IOException {
    return Html.section("Affinity of all token pairs", kind("affinity", "column"));
  }

  /** Pictures of other kinds. */
  String others() throws IOException {
    Set<String> kinds = pictures.stream().map(Picture::kind).collect(Collectors.toSet());
    StringBuilder html = new StringBuilder();
    for (String kind : kinds.stream().sorted().toList()) {
      if (!kind.equals("reconstruction") && !kind.equals("affinity") && !CURVES.contains(kind)) {
        html.append(kind(kind, "column"));
      }
    }
    return Html.section("Other pictures", html.toString());
  }

  private String kind(String kind, String arrangement) throws IOException {
    List<Picture> all = pictures.stream().filter(picture -> picture.kind().equals(kind)).toList();
    if (all.isEmpty()) {
      return "";
    }
    StringBuilder html = new StringBuilder("<div class=\"pictures " + arrangement + "\">\n");
    html.append(all.get(all.size() - 1).html("latest"));
    List<Picture> earlier = spread(all.subList(0, all.size() - 1));
    if (!earlier.isEmpty()) {
      html.append("<div class=\"earlier\">\n");
      for (Picture picture : earlier) {
        html.append(picture.html("small"));
      }
      html.append("</div>\n");
    }
    return html.append("</div>\n").toString();
  }

  /** At most {@value #EARLIER} pictures, evenly spread, the first among them. */
  private static List<Picture> spread(List<Picture> all) {
    int shown = Math.min(all.size(), EARLIER);
    List<Picture> spread = new ArrayList<>();
    for (int i = 0; i < shown; i++) {
      spread.add(all.get(i * all.size() / shown));
    }
    return spread;
  }
}
