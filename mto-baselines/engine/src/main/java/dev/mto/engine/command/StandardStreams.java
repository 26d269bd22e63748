package dev.mto.engine.command;

import dev.mto.engine.folder.Terminal;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What a command prints, as {@code --json} and {@code --quiet} ask: with the former standard output
 * has the document alone, and with the latter the last line alone. Until it is closed {@code
 * System.out} is another stream.
 */
final class StandardStreams implements AutoCloseable {
  private static final String QUIET = "--quiet";

  private final PrintStream standardOutput = System.out;
  private final LastLine last;

  private StandardStreams(List<JsonOutput> documents, boolean quiet) {
    boolean document = documents.stream().anyMatch(JsonOutput::onStandardOutput);
    documents.forEach(each -> each.to(standardOutput));
    last = quiet && !document ? new LastLine(standardOutput) : null;
    Terminal.unwatched(quiet);
    if (quiet) {
      System.setOut(document ? new PrintStream(OutputStream.nullOutputStream()) : last);
    } else if (document) {
      System.setOut(System.err);
    }
  }

  /** Those of a command line that was parsed. */
  static StandardStreams of(List<CommandLine> chosen) {
    boolean quiet =
        chosen.stream()
            .map(line -> line.getCommandSpec().findOption(QUIET))
            .anyMatch(option -> option != null && Boolean.TRUE.equals(option.getValue()));
    List<JsonOutput> documents = new ArrayList<>();
    chosen.forEach(line -> collect(line.getCommandSpec(), documents));
    return new StandardStreams(documents, quiet);
  }

  private static void collect(CommandSpec spec, List<JsonOutput> documents) {
    if (spec.userObject() instanceof JsonOutput document) {
      documents.add(document);
    }
    spec.mixins().values().forEach(mixin -> collect(mixin, documents));
  }

  /** Gives a command {@code --quiet}, unless it has one of its own. */
  static void addQuiet(CommandSpec spec) {
    if (spec.findOption(QUIET) == null) {
      spec.addOption(
          OptionSpec.builder(QUIET)
              .type(boolean.class)
              .description("Prints errors and the last line only.")
              .build());
    }
  }

  /** The command came to an end of its own, so that its last line is worth reading. */
  void ended() {
    if (last != null) {
      last.tell();
    }
  }

  @Override
  public void close() {
    System.setOut(standardOutput);
    Terminal.unwatched(false);
  }
}
