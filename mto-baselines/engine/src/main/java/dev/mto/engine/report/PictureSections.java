package dev.mto.engine.report;

import dev.mto.engine.errors.FileException;
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

  /** Pixels below which the text of a reconstruction is too small. */
  private static final int LEAST = 520;

  private static final String AFFINITY = "affinity";

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
    String html(String cssClass) {
      return Html.figure(cssClass, file, caption(), leastWidth());
    }

    private String caption() {
      String when = number < 0 ? "" : ", epoch " + number;
      String what =
          kind.equals("reconstruction")
              ? "Original, masked input, visible + predicted, and raw prediction"
              : kind.startsWith("affinity")
                  ? "Affinities by layer, masked tokens first" + decoder()
                  : kind;
      return what + when;
    }

    private String decoder() {
      return kind.length() > "affinity".length()
          ? ", " + kind.substring("affinity-".length()) + " decoder"
          : "";
    }

    private int leastWidth() {
      return kind.equals("reconstruction") ? LEAST : kind.startsWith("affinity") ? 900 : 0;
    }
  }

  private PictureSections(List<Picture> pictures) {
    this.pictures = pictures;
  }

  /** The pictures of a folder, in order of their numbers; none where the folder is absent. */
  static PictureSections in(Path folder) {
    if (!Files.isDirectory(folder)) {
      return new PictureSections(List.of());
    }
    try (Stream<Path> files = Files.list(folder)) {
      return new PictureSections(
          files
              .flatMap(file -> picture(file).stream())
              .sorted(Comparator.comparing(Picture::kind).thenComparingLong(Picture::number))
              .toList());
    } catch (IOException e) {
      throw FileException.reading(folder, e);
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

  String reconstructions() {
    String pictures = kind("reconstruction", "row");
    return pictures.isEmpty()
        ? ""
        : Html.paragraph(
                "Left to right: the original; what the model sees, masked patches grey; the visible"
                    + " patches with predictions in place of the masked ones; the raw prediction,"
                    + " which is everything that the model puts out. Its visible patches count for"
                    + " nothing in the loss of most methods and may look like noise: that is no"
                    + " fault. Blur is normal, too.")
            + pictures;
  }

  /** The latest reconstruction alone; empty where there is none. */
  String latestReconstruction(String caption) {
    List<Picture> all = of("reconstruction");
    return all.isEmpty() ? "" : Html.figure("", all.get(all.size() - 1).file(), caption, LEAST);
  }

  String affinity() {
    String maps =
        pictures.stream()
            .map(Picture::kind)
            .filter(kind -> kind.startsWith(AFFINITY))
            .distinct()
            .map(kind -> kind(kind, "column"))
            .collect(Collectors.joining());
    return maps.isEmpty()
        ? ""
        : Html.paragraph(
                "Dot products of all pairs of tokens, masked ones first: 1 masked with masked, 2 masked"
                    + " with visible, 3 visible with masked, 4 visible with visible (Fig. 2). Each map"
                    + " has its own range of colours, which is below it.")
            + maps;
  }

  /** Pictures of other kinds. */
  String others() {
    Set<String> kinds = pictures.stream().map(Picture::kind).collect(Collectors.toSet());
    StringBuilder html = new StringBuilder();
    for (String kind : kinds.stream().sorted().toList()) {
      boolean elsewhere = kind.equals("reconstruction") || kind.startsWith(AFFINITY);
      if (!elsewhere && !CURVES.contains(kind)) {
        html.append(kind(kind, "column"));
      }
    }
    return html.toString();
  }

  private String kind(String kind, String arrangement) {
    List<Picture> all = of(kind);
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

  private List<Picture> of(String kind) {
    return pictures.stream().filter(picture -> picture.kind().equals(kind)).toList();
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
