package dev.mto.engine.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.engine.errors.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsFollowerTest {
  @TempDir private Path folder;
  private Path file;
  private MetricsFollower follower;

  @BeforeEach
  void begin() {
    file = folder.resolve("metrics.jsonl");
    follower = new MetricsFollower(file);
  }

  @Test
  void readsOnlyWhatWasAppended() throws IOException {
    append("{\"step\":1,\"loss\":5}\n");
    RunMetrics first = follower.read();
    append("{\"step\":2,\"loss\":4}\n");

    assertThat(follower.read()).isSameAs(first);
    assertThat(first.curve("loss").y()).containsExactly(5, 4);
    assertThat(follower.read().curve("loss").y()).containsExactly(5, 4);
  }

  @Test
  void aHalfWrittenLineIsTakenWhenItIsWhole() throws IOException {
    append("{\"step\":1,\"loss\":5}\n{\"step\":2,\"lo");
    assertThat(follower.read().step()).isEqualTo(1);

    append("ss\":4}\n");
    assertThat(follower.read().curve("loss").y()).containsExactly(5, 4);
  }

  @Test
  void aFileThatWasReplacedIsReadAnew() throws IOException {
    append("{\"step\":1,\"loss\":5}\n{\"step\":2,\"loss\":4}\n");
    follower.read();
    Path other = folder.resolve("other");
    Files.writeString(
        other, "{\"step\":1,\"loss\":7}\n{\"step\":2,\"loss\":6}\n{\"step\":3,\"loss\":5}\n");
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
    assertThat(follower.read().curve("loss").y()).containsExactly(7, 6, 5);

    Files.writeString(file, "{\"step\":1,\"loss\":9}\n");
    assertThat(follower.read().curve("loss").y()).containsExactly(9);
    Files.delete(file);
    assertThat(follower.read().step()).isZero();
  }

  @Test
  void aDamagedLineIsNamed() throws IOException {
    append("{\"step\":1,\"loss\":5}\nnonsense\n{\"step\":3,\"loss\":5}\n");

    assertThatThrownBy(follower::read)
        .isInstanceOf(UserException.class)
        .hasMessageContaining("metrics.jsonl, line 2: not a JSON object with a step");
  }

  @Test
  void epochsAreKnownWithTheirFraction() throws IOException {
    append("{\"step\":30,\"epoch\":1.5,\"loss\":5}\n");

    RunMetrics metrics = follower.read();
    assertThat(metrics.epochs()).isEqualTo(1.5);
    assertThat(metrics.stepsPerEpoch()).isEqualTo(20);
    Progress progress = new Progress(metrics, 3, 10);
    assertThat(progress.position()).isEqualTo("epoch 1.5 of 3, step 30 of 60");
    assertThat(progress.share()).isEqualTo(0.5);
    assertThat(progress.left()).as("the speed is not known").isEmpty();
    append("{\"step\":40,\"epoch\":2,\"images_per_second\":50}\n");
    assertThat(new Progress(follower.read(), 3, 10).left()).as("20 steps of 10").isEqualTo("4 s");
  }

  private void append(String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
