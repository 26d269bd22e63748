package dev.mto.engine.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.engine.command.CommandLines;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/** What a command gave: exit code, standard output, and the lines of standard error. */
public class CommandRun {
  private final int code;
  private final String out;
  private final List<String> errors;

  /** Runs a command. */
  public CommandRun(Object command, String... arguments) {
    PrintStream systemOut = System.out;
    PrintStream systemErr = System.err;
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    ByteArrayOutputStream failed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(written, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(failed, true, StandardCharsets.UTF_8));
    try {
      code = CommandLines.run(command, arguments);
      out = written.toString(StandardCharsets.UTF_8);
      errors = failed.toString(StandardCharsets.UTF_8).lines().toList();
    } finally {
      System.setOut(systemOut);
      System.setErr(systemErr);
    }
  }

  /**
   * The arguments in a line.
   *
   * @param line arguments with blanks between them
   * @param values what {@code %s} in an argument stands for, with or without blanks
   */
  public static String[] arguments(String line, Object... values) {
    Iterator<Object> next = List.of(values).iterator();
    return Arrays.stream(line.split(" "))
        .map(argument -> argument.contains("%s") ? argument.formatted(next.next()) : argument)
        .toArray(String[]::new);
  }

  /** Arguments, and more of them. */
  public static String[] joined(String[] first, String... more) {
    return Stream.of(first, more).flatMap(Stream::of).toArray(String[]::new);
  }

  public int code() {
    return code;
  }

  public String out() {
    return out;
  }

  public List<String> errors() {
    return errors;
  }

  /** Asserts that it did its work without a word of complaint. */
  public void assertDone() {
    assertThat(errors).isEmpty();
    assertThat(code).as("exit code").isZero();
  }

  /** Asserts that it refused its input in one line with these words. */
  public void assertRefused(String... words) {
    assertThat(errors).as("standard error").hasSize(1);
    assertThat(errors.get(0)).contains(words);
    assertThat(code).as("exit code").isEqualTo(2);
  }

  @Override
  public String toString() {
    return "exit code " + code + "\n" + out + String.join("\n", errors);
  }
}
