package dev.mto.engine.listeners;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.engine.report.RunView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportListenerTest {
  private static final String REFRESH = "http-equiv=\"refresh\" content=\"30\"";

  @TempDir private Path run;
  private long nanos;

  @Test
  void thePageIsThereBeforeTheFirstStepAndRenewsItself() throws IOException {
    ReportListener listener = listener();

    assertThat(page()).contains(REFRESH, "<b>running</b> no step yet", "No checkpoint yet.");
    listener.close();
  }

  @Test
  void isWrittenAgainWhenItsSecondsAreOverAndNotBefore() throws IOException {
    ReportListener listener = listener();
    Files.writeString(run.resolve("metrics.jsonl"), "{\"step\":7,\"epoch\":0.5,\"loss\":1}\n");
    nanos += 29_000_000_000L;
    step(listener);
    assertThat(page()).contains("no step yet");

    nanos += 2_000_000_000L;
    step(listener);
    assertThat(page()).contains("step 7", REFRESH);
    listener.close();
  }

  @Test
  void stopsRenewingWhenTheRunHasEnded() throws IOException {
    ReportListener done = listener();
    done.ended(true);
    done.close();
    assertThat(page()).contains("<b>finished</b>").doesNotContain("http-equiv=\"refresh\"");

    ReportListener stopped = listener();
    stopped.ended(false);
    stopped.close();
    assertThat(page())
        .contains("<b>stopped</b>", "it can go on with --resume")
        .doesNotContain("http-equiv=\"refresh\"");
  }

  @Test
  void saysWhichErrorEndedTheRun() throws IOException {
    ReportListener told = listener();
    told.failed("step 3: loss.ss = NaN");
    told.close();
    assertThat(page())
        .contains("<b>failed</b>", "step 3: loss.ss = NaN")
        .doesNotContain("http-equiv=\"refresh\"");

    listener().close();
    assertThat(page()).as("nobody told of the end").contains("<b>failed</b>");
  }

  private ReportListener listener() {
    return new ReportListener(new RunView(run), 30, () -> nanos);
  }

  private static void step(ReportListener listener) {
    listener.stepDone(new StepMetrics(7, 0.5, Map.of("loss", 1.0)));
  }

  private String page() throws IOException {
    return Files.readString(run.resolve("report.html"));
  }
}
