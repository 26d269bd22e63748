package dev.mto.speed.step;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mto.engine.errors.UserException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The child's side of a {@link Conversation}. */
final class ChildServer {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What a command does: from its argument to its answer. */
  interface Action {
    /** Answers. */
    ObjectNode run(String argument) throws IOException;
  }

  /** Makes a child ready to be asked. */
  interface Start {
    /** The commands by name; {@code ""} is the greeting. */
    Map<String, Action> get() throws IOException;
  }

  private final PrintStream answers;

  private ChildServer(PrintStream answers) {
    this.answers = answers;
  }

  /** Serves commands until {@code commands} ends; what else is printed goes to standard error. */
  static void serve(InputStream commands, PrintStream answers, Start start) throws IOException {
    System.setOut(System.err);
    ChildServer server = new ChildServer(answers);
    Map<String, Action> actions = server.started(start);
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(commands, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      int space = line.indexOf(' ');
      String name = space < 0 ? line : line.substring(0, space);
      Action action = actions.get(name);
      server.answer(
          action == null
              ? argument -> answer().put("error", "there is no command '" + name + "'")
              : action,
          space < 0 ? "" : line.substring(space + 1));
    }
  }

  static ObjectNode answer() {
    return JSON.createObjectNode();
  }

  private Map<String, Action> started(Start start) throws IOException {
    try {
      Map<String, Action> actions = start.get();
      answer(actions.get(""), "");
      return actions;
    } catch (UserException | IllegalArgumentException e) {
      print(refusal(e));
      return Map.of();
    }
  }

  private void answer(Action action, String argument) throws IOException {
    ObjectNode answer;
    try {
      answer = action.run(argument);
    } catch (UserException | IllegalArgumentException e) {
      answer = refusal(e);
    } catch (RuntimeException e) {
      e.printStackTrace();
      answer = answer().put("error", e.toString());
    }
    print(answer);
  }

  private static ObjectNode refusal(RuntimeException e) {
    return answer().put("error", e.getMessage()).put("user", true);
  }

  private void print(ObjectNode answer) {
    answers.println(answer);
    answers.flush();
  }
}
