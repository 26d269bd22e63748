package dev.mto.speed.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.testing.CommandRun;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ExchangeCommandTest {
  @Test
  void timesWhatWorkersExchange() throws IOException {
    CommandRun run =
        new CommandRun(
            new ExchangeCommand(), "--workers=4", "--parameters=0.5", "--rounds=2", "--json");
    assertThat(run.code()).as("%s", run).isZero();
    JsonNode figures = new ObjectMapper().readTree(run.out());
    assertThat(figures.get("ms_min").asDouble())
        .isPositive()
        .isLessThanOrEqualTo(figures.get("ms_median").asDouble());
    assertThat(figures.get("megabytes_sent").asDouble()).isCloseTo(3, within(1e-9));
  }

  @Test
  void aNumberOfWorkersThatIsNoPowerOfTwoIsRefused() {
    new CommandRun(new ExchangeCommand(), "--workers=3").assertRefused("--workers 3", "2, 4, 8");
  }
}
