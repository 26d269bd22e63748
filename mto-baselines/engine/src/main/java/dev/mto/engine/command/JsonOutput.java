package dev.mto.engine.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.folder.AtomicFiles;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Stack;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/**
 * {@code --json}: the figures of a command as one JSON document. Alone, it goes to standard output
 * and nothing else does: {@link CommandLines} sends whatever the command prints to standard error.
 * With a file, whose name ends in {@code .json} so that no other argument is taken for one, it goes
 * there, and what the command prints stays where it is.
 *
 * <p>A command has this as {@code @Mixin} and calls {@link #write} once, when it is done.
 */
public final class JsonOutput {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ENDING = ".json";
  private static final Path STANDARD_OUTPUT = Path.of("-");

  @Option(
      names = "--json",
      arity = "0..1",
      paramLabel = "FILE.json",
      parameterConsumer = FileIfOne.class,
      description =
          "The figures as one JSON document, on standard output with all else on standard error,"
              + " or into a file.")
  private Path file;

  private PrintStream document;

  /** Takes the next argument only where it names a file of JSON. */
  @SuppressWarnings("JdkObsolete") // picocli's interface has this stack
  private static final class FileIfOne implements IParameterConsumer {
    @Override
    public void consumeParameters(Stack<String> arguments, ArgSpec option, CommandSpec command) {
      boolean one = !arguments.isEmpty() && arguments.peek().endsWith(ENDING);
      option.setValue(one ? Path.of(arguments.pop()) : STANDARD_OUTPUT);
    }
  }

  /** Whether the figures are asked for at all. */
  public boolean wanted() {
    return file != null;
  }

  boolean onStandardOutput() {
    return STANDARD_OUTPUT.equals(file);
  }

  /** Says where the document goes without a file. */
  void to(PrintStream standardOutput) {
    document = standardOutput;
  }

  /**
   * Writes the document where it was asked for; does nothing where it was not.
   *
   * @param figures a record, a map or a tree, as Jackson writes them
   * @throws dev.mto.engine.errors.FileException when the file cannot be written
   */
  public void write(Object figures) {
    if (!wanted()) {
      return;
    }
    try {
      String text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(figures) + "\n";
      if (onStandardOutput()) {
        document.print(text);
        document.flush();
      } else {
        AtomicFiles.writeString(file, text);
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
