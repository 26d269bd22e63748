package dev.mto.engine.command;

import dev.mto.data.folder.TooManyBadImagesException;
import dev.mto.engine.device.StartUp;
import dev.mto.engine.errors.DivergenceException;
import dev.mto.engine.errors.UserException;
import dev.mto.models.weights.WeightFileException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;

/**
 * Runs a command line: exit code 0 done, 2 wrong input (one line says what, where and what to do),
 * 1 anything else, 130 stopped by Ctrl-C. {@code --debug} anywhere adds the stack trace.
 */
public final class CommandLines {
  private static final String DEBUG = "--debug";

  private CommandLines() {}

  /** Runs {@code command} and returns the exit code. */
  public static int run(Object command, String... arguments) {
    boolean debug = Arrays.asList(arguments).contains(DEBUG);
    String[] rest = Arrays.stream(arguments).filter(a -> !a.equals(DEBUG)).toArray(String[]::new);
    return new CommandLine(command)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler(CommandLines::wrongArguments)
        .setExecutionStrategy(CommandLines::execute)
        .setExecutionExceptionHandler((e, line, result) -> failed(e, debug))
        .execute(rest);
  }

  private static int execute(CommandLine.ParseResult parsed) {
    List<CommandLine> chosen = parsed.asCommandLineList();
    CommandLine last = chosen.get(chosen.size() - 1);
    boolean informs =
        chosen.stream().anyMatch(c -> c.isUsageHelpRequested() || c.isVersionHelpRequested());
    if (!informs && !(last.getCommand() instanceof WithoutBackend)) {
      try {
        StartUp.check();
      } catch (UserException e) {
        throw new CommandLine.ExecutionException(last, e.getMessage(), e);
      }
    }
    return new CommandLine.RunLast().execute(parsed);
  }

  private static int wrongArguments(CommandLine.ParameterException e, String[] arguments) {
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    System.err.println(e.getMessage() + "; see " + command + " --help");
    return 2;
  }

  private static int failed(Exception e, boolean debug) {
    if (debug) {
      e.printStackTrace();
    }
    boolean wrongInput =
        e instanceof UserException
            || e instanceof TooManyBadImagesException
            || e instanceof WeightFileException;
    String message =
        wrongInput || e instanceof DivergenceException
            ? e.getMessage()
            : e instanceof UncheckedIOException io
                ? explain(io.getCause())
                : e + " (add --debug for the stack trace)";
    System.err.println("error: " + message);
    return wrongInput ? 2 : 1;
  }

  private static String explain(IOException e) {
    if (e instanceof FileSystemException file) {
      return file.getFile()
          + ": "
          + (file.getReason() == null ? file.getClass().getSimpleName() : file.getReason())
          + "; what was saved before is kept";
    }
    return e.getMessage() + "; free some disk space if it is full; what was saved before is kept";
  }
}
