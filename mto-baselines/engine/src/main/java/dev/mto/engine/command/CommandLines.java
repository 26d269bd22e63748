package dev.mto.engine.command;

import dev.mto.data.folder.TooManyBadImagesException;
import dev.mto.data.image.UnreadableImageException;
import dev.mto.engine.device.StartUp;
import dev.mto.engine.errors.DivergenceException;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.PeerException;
import dev.mto.engine.errors.UserException;
import dev.mto.executor.cuda.CudaException;
import dev.mto.executor.memory.NotEnoughMemoryException;
import dev.mto.models.weights.WeightFileException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * Runs a command line: exit code 0 done, 2 wrong input (one line says what, where and what to do),
 * 1 anything else, 130 stopped by Ctrl-C. {@code --debug} anywhere adds the stack trace. Every
 * command has {@code --quiet}, those with a {@link JsonOutput} have {@code --json}, and those with
 * a {@link DeviceOption} have {@code --device}.
 */
public final class CommandLines {
  private static final int FAILED = 1;
  private static final int WRONG_INPUT = 2;
  private static final int LONGEST_LINE = 2000;
  private static final String DEBUG = "--debug";

  private CommandLines() {}

  /** Runs {@code command} and returns the exit code. */
  public static int run(Object command, String... arguments) {
    Locale.setDefault(Locale.ROOT); // numbers and names of files are the same everywhere
    boolean debug = Arrays.asList(arguments).contains(DEBUG);
    String[] rest = Arrays.stream(arguments).filter(a -> !a.equals(DEBUG)).toArray(String[]::new);
    CommandLine line =
        new CommandLine(command)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setUsageHelpAutoWidth(true)
            .setParameterExceptionHandler(CommandLines::wrongArguments)
            .setExecutionStrategy(CommandLines::execute)
            .setExecutionExceptionHandler((e, where, result) -> failed(e, debug));
    keepExamplesWhole(line);
    allOf(line).forEach(each -> StandardStreams.addQuiet(each.getCommandSpec()));
    try {
      return line.execute(rest);
    } catch (OutOfMemoryError | StackOverflowError e) {
      return failed(e, debug);
    }
  }

  /** Has a command that goes on, and may be ended by Ctrl-C, print the last of its lines now. */
  public static void tellLastLine() {
    if (System.out instanceof LastLine last) {
      last.tell();
    }
  }

  /** Footers hold commands to copy: they are not broken at the width of the terminal. */
  private static void keepExamplesWhole(CommandLine line) {
    line.getHelpSectionMap()
        .put(
            UsageMessageSpec.SECTION_KEY_FOOTER,
            help ->
                Arrays.stream(help.commandSpec().usageMessage().footer())
                    .map(text -> text + System.lineSeparator())
                    .collect(Collectors.joining()));
    line.getSubcommands().values().forEach(CommandLines::keepExamplesWhole);
  }

  /** A command, its subcommands and theirs. */
  private static Stream<CommandLine> allOf(CommandLine line) {
    return Stream.concat(
        Stream.of(line),
        line.getSubcommands().values().stream().distinct().flatMap(CommandLines::allOf));
  }

  @SuppressWarnings("try")
  private static int execute(CommandLine.ParseResult parsed) {
    List<CommandLine> chosen = parsed.asCommandLineList();
    CommandLine last = chosen.get(chosen.size() - 1);
    boolean informs =
        chosen.stream().anyMatch(c -> c.isUsageHelpRequested() || c.isVersionHelpRequested());
    if (!informs) {
      try {
        StartUp.checkNativeCache();
        if (!(last.getCommand() instanceof WithoutBackend)) {
          StartUp.check();
        }
      } catch (UserException e) {
        throw new CommandLine.ExecutionException(last, e.getMessage(), e);
      }
    }
    try (StandardStreams streams = StandardStreams.of(chosen);
        DeviceOption.Applied device = device(last)) {
      int code = new CommandLine.RunLast().execute(parsed);
      streams.ended();
      return code;
    }
  }

  private static DeviceOption.Applied device(CommandLine line) {
    try {
      return DeviceOption.apply(line.getCommandSpec());
    } catch (UserException e) {
      throw new CommandLine.ExecutionException(line, e.getMessage(), e);
    }
  }

  private static int wrongArguments(CommandLine.ParameterException e, String[] arguments) {
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    List<String> suggestions =
        e instanceof CommandLine.UnmatchedArgumentException unmatched
            ? unmatched.getSuggestions()
            : List.of();
    String meant =
        suggestions.isEmpty() ? "" : "; did you mean " + String.join(" or ", suggestions) + "?";
    System.err.println(printable(e.getMessage() + meant + "; see " + command + " --help"));
    return WRONG_INPUT;
  }

  private static int failed(Throwable e, boolean debug) {
    if (debug) {
      e.printStackTrace();
    }
    System.err.println("error: " + printable(message(e)));
    return wrongInput(e) ? WRONG_INPUT : FAILED;
  }

  private static boolean wrongInput(Throwable e) {
    return e instanceof UserException
        || e instanceof TooManyBadImagesException
        || e instanceof WeightFileException
        || e instanceof NotEnoughMemoryException
        || (e instanceof FileException file && file.reading())
        || e.getCause() instanceof UnreadableImageException;
  }

  private static String message(Throwable e) {
    if (e instanceof NotEnoughMemoryException memory) {
      return memory.getMessage() + "; " + memory.remedy();
    }
    if (e instanceof OutOfMemoryError) {
      return "memory is exhausted (%s; Java may use %d MB, and native memory is beside it); lower the batch or data.workers, or give Java more with MTO_JAVA_OPTIONS=-Xmx8g"
          .formatted(e.getMessage(), Runtime.getRuntime().maxMemory() >> 20);
    }
    if (wrongInput(e)
        || e instanceof FileException
        || e instanceof DivergenceException
        || e instanceof PeerException
        || e instanceof CudaException) {
      return e.getMessage();
    }
    if (e instanceof UncheckedIOException io) {
      return io.getMessage() + ": " + FileException.reason(io.getCause());
    }
    if (e instanceof IOException io) {
      return (io instanceof FileSystemException at ? at.getFile() + ": " : "")
          + FileException.reason(io);
    }
    return e + " (add --debug for the stack trace)";
  }

  /** One line without control characters: parts of it may come from a file. */
  private static String printable(String message) {
    String line = message.strip().replaceAll("\\p{Cntrl}", " ");
    return line.length() <= LONGEST_LINE ? line : line.substring(0, LONGEST_LINE) + " …";
  }
}
