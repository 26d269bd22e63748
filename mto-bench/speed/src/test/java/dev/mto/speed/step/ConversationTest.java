package dev.mto.speed.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.engine.errors.UserException;
import java.io.BufferedReader;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConversationTest {
  private final StringWriter commands = new StringWriter();
  private final List<String> others = new ArrayList<>();

  @Test
  void sendsACommandALineAndReadsTheAnswer() {
    assertThat(answering("{\"ms\": [1.5, 2]}\n").ask("steps 2").at("/ms/1").asDouble())
        .isEqualTo(2);
    assertThat(commands.toString()).isEqualTo("steps 2\n");
  }

  @Test
  void passesOnWhatIsNoAnswer() {
    assertThat(answering("Loaded a library\n{\"loss\": 3}\n").ask("x").get("loss").asInt())
        .isEqualTo(3);
    assertThat(others).containsExactly("Loaded a library");
  }

  @Test
  void reportsAFailureOfTheChild() {
    assertThatThrownBy(() -> answering("{\"error\": \"out of native memory\"}\n").ask("x"))
        .isInstanceOf(BenchmarkFailure.class)
        .hasMessage("libtorch MKL failed: out of native memory");
  }

  @Test
  void passesOnWhatTheChildRefusesAsTheUsersMistake() {
    assertThatThrownBy(
            () -> answering("{\"error\": \"data.train: empty\", \"user\": true}\n").ask("x"))
        .isInstanceOf(UserException.class)
        .hasMessage("data.train: empty");
  }

  @Test
  void tellsABatchThatDoesNotFitFromAFailure() {
    assertThatThrownBy(
            () -> answering("{\"error\": \"12 would fit\", \"memory\": true}\n").ask("x"))
        .isInstanceOf(BatchDoesNotFit.class)
        .hasMessage("12 would fit");
  }

  @Test
  void tellsThatTheChildEnded() {
    assertThatThrownBy(() -> answering("bye\n").ask("x"))
        .isInstanceOf(BenchmarkFailure.class)
        .hasMessageContaining("libtorch MKL ended before it answered");
  }

  @Test
  void refusesAnAnswerThatIsCutOff() {
    assertThatThrownBy(() -> answering("{\"ms\": [1.5,\n").ask("x"))
        .isInstanceOf(BenchmarkFailure.class)
        .hasMessageContaining("not JSON");
  }

  private Conversation answering(String text) {
    return new Conversation(
        "libtorch MKL", new BufferedReader(new StringReader(text)), commands, others::add);
  }
}
