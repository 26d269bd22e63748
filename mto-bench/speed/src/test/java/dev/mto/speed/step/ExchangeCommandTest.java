package dev.mto.speed.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.testing.CommandRun;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
  void eachMachineTimesItsRank() throws Exception {
    String hosts = "--hosts=localhost:" + freePort() + ",127.0.0.1:" + freePort();
    ExecutorService other = Executors.newSingleThreadExecutor();
    try {
      Future<CommandRun> second = other.submit(() -> ofRank(1, hosts));
      Thread.sleep(200); // it calls before the first one listens
      CommandRun first = ofRank(0, hosts);
      assertThat(first.code()).as("%s", first).isZero();
      assertThat(second.get().code()).as("%s", second.get()).isZero();
      assertThat(first.out()).contains("2 workers, 0.5 million parameters");
    } finally {
      other.shutdownNow();
    }
  }

  private static CommandRun ofRank(int rank, String hosts) {
    return new CommandRun(
        new ExchangeCommand(), hosts, "--rank=" + rank, "--parameters=0.5", "--rounds=1");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Test
  void workersThatCannotMeetAreRefused() {
    refused("--workers=3").assertRefused("--workers 3", "2, 4, 8");
    refused("--hosts=a,b,c", "--rank=0").assertRefused("--hosts: 3 machines", "2, 4, 8");
    refused("--hosts=127.0.0.1,127.0.0.1").assertRefused("--hosts and --rank: give both");
    refused("--hosts=127.0.0.1,127.0.0.1", "--rank=0", "--workers=2")
        .assertRefused("--workers and --hosts: give one");
    refused("--hosts=192.0.2.1,127.0.0.1", "--rank=0") // an address that nobody has
        .assertRefused("--rank 0: this machine cannot listen at 192.0.2.1:40400");
    refused("--rank=0").assertRefused("--hosts and --rank: give both");
    refused("--hosts=127.0.0.1,127.0.0.1", "--rank=2").assertRefused("from 0 to 1");
    refused("--hosts=127.0.0.1,a:b", "--rank=0").assertRefused("--hosts: a:b", "HOST:PORT");
    refused("--hosts=127.0.0.1,no.such.invalid", "--rank=0").assertRefused("no.such.invalid");
  }

  private static CommandRun refused(String... arguments) {
    return new CommandRun(new ExchangeCommand(), arguments);
  }
}
