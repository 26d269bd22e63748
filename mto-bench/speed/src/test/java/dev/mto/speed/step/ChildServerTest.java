package dev.mto.speed.step;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.engine.errors.UserException;
import dev.mto.executor.memory.NotEnoughMemoryException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ChildServerTest {

  @Test
  void greetsAndAnswersEveryCommandWithOneLine() throws IOException {
    List<String> answers =
        serve(
            "double 21\nquit\n",
            () ->
                Map.of(
                    "", ignored -> ChildServer.answer().put("ready", true),
                    "double", n -> ChildServer.answer().put("is", 2 * Integer.parseInt(n))));

    assertThat(answers)
        .containsExactly(
            "{\"ready\":true}", "{\"is\":42}", "{\"error\":\"there is no command 'quit'\"}");
  }

  @Test
  void saysThatTheUserIsToBlame() throws IOException {
    List<String> answers =
        serve(
            "",
            () -> {
              throw new UserException("data.train: no images");
            });

    assertThat(answers).containsExactly("{\"error\":\"data.train: no images\",\"user\":true}");
  }

  @Test
  void saysThatMemoryDoesNotSuffice() throws IOException {
    List<String> answers =
        serve(
            "steps 1\n",
            () ->
                Map.of(
                    "", ignored -> ChildServer.answer(),
                    "steps",
                        ignored -> {
                          throw new NotEnoughMemoryException("a step", 2_000_000, 1_000_000)
                              .withBatch(256, 128);
                        }));

    assertThat(answers.get(1))
        .startsWith("{\"error\":\"a step needs 2.0 MB of memory, and 1.0 MB are available")
        .endsWith("128 would fit\",\"memory\":true}");
  }

  @Test
  void keepsWhatIsPrintedOutOfTheAnswers() throws IOException {
    List<String> answers =
        serve(
            "",
            () -> {
              System.out.println("a library's message");
              return Map.of("", ignored -> ChildServer.answer());
            });

    assertThat(answers).containsExactly("{}");
  }

  private static List<String> serve(
      String commands, Supplier<Map<String, ChildServer.Action>> start) throws IOException {
    PrintStream before = System.out;
    ByteArrayOutputStream answers = new ByteArrayOutputStream();
    try (PrintStream stream = new PrintStream(answers, true, StandardCharsets.UTF_8)) {
      System.setOut(stream);
      ChildServer.serve(
          new ByteArrayInputStream(commands.getBytes(StandardCharsets.UTF_8)), stream, start);
    } finally {
      System.setOut(before);
    }
    return answers.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
