package dev.mto.speed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.errors.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A script of this project that the user's Python runs as a peer. It answers with one line of JSON:
 * what it measured, or what it misses as {@code missing}.
 *
 * @param python the program, by name or path
 * @param owner the class beside which the script is
 * @param name the script's file
 * @param environment of the process, besides this one's
 * @param cure what to do where the program or what the script imports is missing, for people
 */
public record PythonScript(
    String python, Class<?> owner, String name, Map<String, String> environment, String cure) {

  /**
   * Runs it.
   *
   * @throws UserException if it does not start, misses something, or gives no answer
   */
  public JsonNode answer(List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(python, "-"));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(environment);
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UserException("--peer: cannot start " + python + "; " + cure, e);
    }
    try {
      send(process);
      byte[] answer = process.getInputStream().readAllBytes();
      int code = process.waitFor();
      if (code != 0) {
        throw new UserException(
            "--peer: " + python + " ended with code " + code + ", its message is above; " + cure);
      }
      return checked(answer);
    } catch (IOException e) {
      throw new UncheckedIOException(python + ": the conversation with it broke off", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the peer ran", e);
    }
  }

  /** Versions of what it uses, as it answers to these arguments, for people. */
  public String versions(List<String> arguments) {
    return answer(arguments).path("versions").properties().stream()
        .map(entry -> entry.getKey() + " " + entry.getValue().asText())
        .sorted()
        .collect(Collectors.joining(", "));
  }

  private void send(Process process) throws IOException {
    byte[] script;
    try (InputStream in = owner.getResourceAsStream(name)) {
      script = in.readAllBytes();
    }
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(script);
    } catch (IOException e) {
      // It ended without reading the script; its exit code or its answer will tell.
      return;
    }
  }

  private JsonNode checked(byte[] answer) {
    JsonNode node;
    try {
      node = new ObjectMapper().readTree(new String(answer, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UserException("--peer: " + python + " gave no answer that can be read; " + cure, e);
    }
    if (node.has("missing")) {
      throw new UserException(
          "--peer: " + python + " has no " + node.get("missing").asText() + "; " + cure);
    }
    return node;
  }
}
