package dev.mto.engine.report;

import dev.mto.data.folder.BadImages;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.folder.RunFolder;
import dev.mto.engine.pictures.Markup;
import dev.mto.engine.pictures.Numbers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The top of a run's page: what the run is, what it is doing, and how far it has come. */
record RunHeader(Path folder, RunFacts facts, Progress progress, RunState state) {
  /**
   * The part of the page.
   *
   * @param message what ended the run, or empty
   * @param everySeconds after how long the page renews itself while the run goes on
   */
  String html(String message, int everySeconds) {
    String what =
        Stream.of(facts.method(), facts.images(), facts.model(), begun())
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining(" \u00b7 "));
    StringBuilder html = new StringBuilder();
    html.append("<p class=\"what\">").append(Markup.escape(what)).append("</p>\n");
    html.append(
        "<div class=\"state %s\"><p><b>%s</b> %s</p>\n"
            .formatted(state.title(), state.title(), Markup.escape(status(message))));
    if (progress.share() > 0) {
      html.append(
          String.format(
              Locale.ROOT,
              "<progress max=\"1\" value=\"%.4f\">%s</progress>\n",
              progress.share(),
              Numbers.percent(progress.share())));
    }
    html.append("<p>").append(checkpoint()).append(' ').append(written(everySeconds));
    return html.append("</p></div>\n").append(leftOut()).toString();
  }

  private String begun() {
    return facts.started().isEmpty() ? "" : "begun " + facts.started();
  }

  private String status(String message) {
    String text = progress.position();
    if (state == RunState.RUNNING && !progress.left().isEmpty()) {
      text += "; about " + progress.left() + " left at the present speed, without measurements";
    }
    if (state == RunState.STOPPED) {
      text += "; it can go on with --resume";
    }
    return message.isEmpty() ? text : text + ": " + message;
  }

  private String checkpoint() {
    Path last = folder.resolve("checkpoints").resolve("last.safetensors");
    if (Files.notExists(last)) {
      return "No checkpoint yet.";
    }
    try {
      return "Last checkpoint " + time(Files.getLastModifiedTime(last).toInstant()) + ".";
    } catch (IOException e) {
      throw FileException.reading(last, e);
    }
  }

  private String written(int everySeconds) {
    String now = "This page is of " + time(Instant.now()) + ".";
    return state == RunState.RUNNING
        ? now
            + " It renews itself every %d s while the run goes on; a time that stands still for long is that of a killed run, or of a long measurement."
                .formatted(everySeconds)
        : now;
  }

  private String leftOut() {
    Set<String> images = new HashSet<>(); // every worker lists what is bad in archives
    for (Path list : RunFolder.at(folder).badImagesOfAll()) {
      try {
        BadImages.lines(list).forEach(line -> images.add(line.replaceFirst("\t.*", "")));
      } catch (IOException e) {
        throw FileException.reading(list, e);
      }
    }
    return images.isEmpty()
        ? ""
        : "<p class=\"warning\">%s images could not be read and were left out: bad-images*.txt.</p>\n"
            .formatted(Numbers.count(images.size()));
  }

  /** A time to the second, in UTC. */
  static String time(Instant time) {
    String text = time.truncatedTo(ChronoUnit.SECONDS).toString();
    return text.substring(0, 10) + " " + text.substring(11, 19) + " UTC";
  }
}
