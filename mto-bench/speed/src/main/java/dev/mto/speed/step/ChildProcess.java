package dev.mto.speed.step;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;

/** A process that measures on command; it sleeps while another one is asked. */
public final class ChildProcess implements AutoCloseable {
  private static final int SECONDS_TO_END = 10;

  private final Process process;
  private final Conversation conversation;

  /**
   * Starts it and waits until it is ready.
   *
   * @param name for messages
   */
  ChildProcess(String name, ProcessBuilder builder) {
    try {
      process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    } catch (IOException e) {
      throw new UncheckedIOException(name + " cannot be started", e);
    }
    conversation =
        new Conversation(
            name,
            new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)),
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8),
            System.err::println);
    try {
      conversation.answer();
    } catch (RuntimeException e) {
      process.destroy();
      throw e;
    }
  }

  /**
   * The answer to a command.
   *
   * @throws dev.mto.engine.errors.UserException when the process refuses what the user gave
   * @throws BenchmarkFailure when it failed or ended
   */
  public JsonNode ask(String command) {
    return conversation.ask(command);
  }

  /** Has libtorch's process make its next steps with MTO or without. */
  void switchMto(boolean mto) {
    ask("mto " + (mto ? "on" : "off"));
  }

  /** Times of {@code steps} steps in milliseconds. */
  public List<Double> steps(int steps) {
    return StreamSupport.stream(ask("steps " + steps).get("ms").spliterator(), false)
        .map(JsonNode::asDouble)
        .toList();
  }

  /** Most memory that was resident so far in MiB; NaN where the system does not tell. */
  double peakMebibytes() {
    return ask("memory").get("peak_mb").asDouble(Double.NaN);
  }

  @Override
  public void close() {
    try {
      process.getOutputStream().close(); // ends it
      if (!process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
