package dev.mto.speed.step;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mto.engine.errors.UserException;
import dev.mto.executor.memory.NotEnoughMemoryException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Supplier;

/** The side of a process that measures on command: a line in, a line of JSON out. */
public final class ChildServer {
  private ChildServer() {}

  /** What a command does: from its argument to its answer. */
  public interface Action {
    /** The answer to the command with this argument; empty where it had none. */
    ObjectNode run(String argument) throws IOException;
  }

  /**
   * Serves commands until {@code commands} ends; what else is printed goes to standard error.
   *
   * @param start makes the child ready; the commands by name, {@code ""} being the greeting
   */
  public static void serve(
      InputStream commands, PrintStream answers, Supplier<Map<String, Action>> start)
      throws IOException {
    System.setOut(System.err);
    Map<String, Action> actions = Map.of();
    try {
      actions = start.get();
      answers.println(answer(actions.get(""), ""));
    } catch (UserException | IllegalArgumentException e) {
      answers.println(refusal(e));
    }
    answers.flush();
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(commands, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] parts = line.split(" ", 2);
      answers.println(
          actions.containsKey(parts[0])
              ? answer(actions.get(parts[0]), parts.length < 2 ? "" : parts[1])
              : answer().put("error", "there is no command '" + parts[0] + "'"));
      answers.flush();
    }
  }

  /** An empty answer. */
  public static ObjectNode answer() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static ObjectNode answer(Action action, String argument) throws IOException {
    try {
      return action.run(argument);
    } catch (UserException | IllegalArgumentException e) {
      return refusal(e);
    } catch (NotEnoughMemoryException e) {
      return answer().put("error", e.getMessage()).put("memory", true);
    } catch (RuntimeException e) {
      e.printStackTrace();
      return answer().put("error", e.toString());
    }
  }

  private static ObjectNode refusal(RuntimeException e) {
    return answer().put("error", e.getMessage()).put("user", true);
  }
}
