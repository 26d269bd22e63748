package dev.mto.speed.step;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.errors.UserException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.function.Consumer;

/**
 * Commands to a child process and its answers: one line each, an answer being a JSON object. Other
 * lines, such as a library's messages, are passed on.
 */
final class Conversation {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String name;
  private final BufferedReader answers;
  private final Writer commands;
  private final Consumer<String> otherLines;

  /**
   * A conversation.
   *
   * @param name of the child, for messages
   */
  Conversation(String name, BufferedReader answers, Writer commands, Consumer<String> otherLines) {
    this.name = name;
    this.answers = answers;
    this.commands = commands;
    this.otherLines = otherLines;
  }

  /**
   * Sends a command and waits for its answer.
   *
   * @throws UserException when the child refuses what the user gave
   * @throws BatchDoesNotFit when memory does not suffice
   * @throws BenchmarkFailure when it failed or ended
   */
  JsonNode ask(String command) {
    try {
      commands.write(command + "\n");
      commands.flush();
    } catch (IOException e) {
      throw ended();
    }
    return answer();
  }

  /** Waits for an answer, the greeting included, with the errors of {@link #ask}. */
  JsonNode answer() {
    try {
      for (String line = answers.readLine(); line != null; line = answers.readLine()) {
        if (line.startsWith("{")) {
          return checked(JSON.readTree(line));
        }
        otherLines.accept(line);
      }
    } catch (JsonProcessingException e) {
      throw new BenchmarkFailure(name + " answered what is not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(name + ": the conversation with it broke off", e);
    }
    throw ended();
  }

  private JsonNode checked(JsonNode answer) {
    JsonNode error = answer.get("error");
    if (error == null) {
      return answer;
    }
    if (answer.path("user").asBoolean()) {
      throw new UserException(error.asText());
    }
    if (answer.path("memory").asBoolean()) {
      throw new BatchDoesNotFit(error.asText());
    }
    throw new BenchmarkFailure(name + " failed: " + error.asText());
  }

  private BenchmarkFailure ended() {
    return new BenchmarkFailure(
        name
            + " ended before it answered; its message is above (if there is none, memory may have"
            + " run out: choose a smaller --case)");
  }
}
