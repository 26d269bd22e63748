package dev.mto.speed.input;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.errors.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The same transforms by torchvision and Pillow, in a Python process on one thread.
 *
 * @param python the program
 * @param versions of what it uses, for people
 */
record TorchvisionPeer(String python, String versions) {
  private static final String SCRIPT = "torchvision_peer.py";
  private static final String CURE =
      "install Debian's python3-torchvision and python3-pil (apt-get install python3-torchvision"
          + " python3-pil) and name that Python, such as --python /usr/bin/python3, or leave out"
          + " --peer";

  /**
   * A peer that is known to run.
   *
   * @param python the program, by name or path
   * @throws UserException if it does not start or has not what the transforms need
   */
  static TorchvisionPeer start(String python) {
    String versions =
        run(python, List.of()).path("versions").properties().stream()
            .map(entry -> entry.getKey() + " " + entry.getValue().asText())
            .sorted()
            .collect(Collectors.joining(", "));
    return new TorchvisionPeer(python, versions);
  }

  /** Images a second of processor time for each case by name, from one pass over {@code folder}. */
  Map<String, Double> imagesPerCoreSecond(Path folder) {
    JsonNode answer = run(python, List.of(folder.toString()));
    Map<String, Double> rates = new TreeMap<>();
    for (InputCase input : InputCase.all()) {
      rates.put(input.name(), answer.required(input.name()).asDouble());
    }
    return rates;
  }

  private static JsonNode run(String python, List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(python, "-"));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("OMP_NUM_THREADS", "1");
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UserException("--peer: cannot start " + python + "; " + CURE, e);
    }
    try {
      send(process);
      byte[] answer = process.getInputStream().readAllBytes();
      int code = process.waitFor();
      if (code != 0) {
        throw new UserException(
            "--peer: " + python + " ended with code " + code + ", its message is above; " + CURE);
      }
      return checked(answer, python);
    } catch (IOException e) {
      throw new UncheckedIOException(python + ": the conversation with it broke off", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the peer ran", e);
    }
  }

  private static void send(Process process) throws IOException {
    byte[] script;
    try (InputStream in = TorchvisionPeer.class.getResourceAsStream(SCRIPT)) {
      script = in.readAllBytes();
    }
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(script);
    } catch (IOException e) {
      // It ended without reading the script; its exit code or its answer will tell.
      return;
    }
  }

  private static JsonNode checked(byte[] answer, String python) {
    JsonNode node;
    try {
      node = new ObjectMapper().readTree(new String(answer, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UserException("--peer: " + python + " gave no answer that can be read; " + CURE, e);
    }
    if (node.has("missing")) {
      throw new UserException(
          "--peer: " + python + " has no " + node.get("missing").asText() + "; " + CURE);
    }
    return node;
  }
}
