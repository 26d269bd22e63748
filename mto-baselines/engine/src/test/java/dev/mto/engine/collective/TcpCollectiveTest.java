package dev.mto.engine.collective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.data.StoppedException;
import dev.mto.engine.errors.PeerException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.testing.Ranks;
import dev.mto.engine.testing.Ranks.Outcome;
import dev.mto.engine.testing.Ranks.Work;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Ranks as threads, over loopback. */
class TcpCollectiveTest {
  private static float[] values(int rank, int length) {
    Random random = new Random(rank);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) (random.nextGaussian() * Math.exp(3 * random.nextGaussian()));
    }
    return values;
  }

  /** The sums of pairs of neighbours, then of pairs of pairs. */
  private static float[] tree(int first, int ranks, int length) {
    if (ranks == 1) {
      return values(first, length);
    }
    float[] sum = tree(first, ranks / 2, length);
    float[] other = tree(first + ranks / 2, ranks / 2, length);
    for (int i = 0; i < length; i++) {
      sum[i] += other[i];
    }
    return sum;
  }

  @ParameterizedTest
  @CsvSource({"2, 1", "2, 300001", "4, 3", "4, 200003", "8, 0", "8, 70001"})
  void allRanksHaveTheSumOfPairsOfPairs(int size, int length) {
    List<Outcome<float[]>> outcomes =
        Ranks.run(
            size,
            collective -> {
              float[] own = values(collective.rank(), length);
              collective.sum(FloatBuffer.wrap(own));
              return own;
            });
    float[] expected = tree(0, size, length);
    assertThat(outcomes).allSatisfy(o -> assertThat(o.value()).isEqualTo(expected));
  }

  @Test
  void manyArraysAreSummedTogetherAndLargeOnesInParts() {
    int large = (1 << 22) + 5;
    List<Outcome<List<INDArray>>> outcomes =
        Ranks.run(
            2,
            collective -> {
              List<INDArray> arrays = new ArrayList<>();
              for (int length : new int[] {1, 12, large, 7}) {
                arrays.add(Nd4j.createFromArray(values(collective.rank(), length)));
              }
              INDArray square = Nd4j.createFromArray(values(collective.rank(), 12));
              arrays.add(square.reshape(3, 4).transpose());
              new ArraySums(collective).sum(arrays);
              return arrays;
            });
    for (Outcome<List<INDArray>> outcome : outcomes) {
      List<INDArray> arrays = outcome.value();
      assertThat(arrays.get(0).toFloatVector()).isEqualTo(tree(0, 2, 1));
      assertThat(arrays.get(1).toFloatVector()).isEqualTo(tree(0, 2, 12));
      assertThat(arrays.get(2).toFloatVector()).isEqualTo(tree(0, 2, large));
      assertThat(arrays.get(3).toFloatVector()).isEqualTo(tree(0, 2, 7));
      assertThat(arrays.get(4).transpose().dup('c').reshape(12).toFloatVector())
          .isEqualTo(tree(0, 2, 12));
    }
  }

  @Test
  void recordsOfDifferentLengthsComeInTheOrderOfRanks() {
    List<Outcome<List<byte[]>>> outcomes =
        Ranks.run(4, collective -> collective.gather(record(collective.rank())));
    for (Outcome<List<byte[]>> outcome : outcomes) {
      assertThat(outcome.value()).hasSize(4);
      for (int rank = 0; rank < 4; rank++) {
        assertThat(outcome.value().get(rank)).isEqualTo(record(rank));
      }
    }
  }

  private static byte[] record(int rank) {
    byte[] record = new byte[rank == 1 ? 0 : 400_000 * rank + 1];
    new Random(rank).nextBytes(record);
    return record;
  }

  /** What became of four ranks that go on in steps, of which one does something else in one. */
  private static List<Outcome<String>> oneOfFour(int which, Work<String> other) {
    Work<String> goesOn =
        collective -> {
          for (int step = 0; step < 1000; step++) {
            step(collective);
          }
          return "done";
        };
    List<Work<String>> works = new ArrayList<>();
    for (int rank = 0; rank < 4; rank++) {
      works.add(
          rank == which
              ? collective -> {
                step(collective);
                step(collective);
                return other.of(collective);
              }
              : goesOn);
    }
    return Ranks.run(Ranks.impatient(), works);
  }

  private static void step(Collective collective) {
    collective.stepBegins();
    collective.gather(new byte[10]);
    collective.sum(FloatBuffer.wrap(new float[100_000]));
    collective.stepEnds();
  }

  private static void assertAllOthersName(List<Outcome<String>> outcomes, int which, String what) {
    for (int rank = 0; rank < outcomes.size(); rank++) {
      if (rank != which) {
        assertThat(outcomes.get(rank).error())
            .as("rank " + rank)
            .isInstanceOf(PeerException.class)
            .hasMessageContaining("rank " + which + " on localhost")
            .hasMessageContaining(what);
      }
    }
  }

  @Test
  void aRankThatFailsIsNamedWithItsMessageByAll() {
    List<Outcome<String>> outcomes =
        oneOfFour(
            3,
            collective -> {
              collective.leaveFailed("its disk is full" + " and so on".repeat(3000));
              return "";
            });
    assertAllOthersName(outcomes, 3, "its disk is full");
  }

  @Test
  void aRankThatEndsWithoutAWordIsNamedByAll() {
    List<Outcome<String>> outcomes =
        oneOfFour(
            2,
            collective -> {
              ((TcpCollective) collective).peers().forEach(PeerConnection::close);
              return "";
            });
    assertAllOthersName(outcomes, 2, "ended without a word");
  }

  @Test
  void aRankThatLivesButDoesNotFinishItsStepIsNamedByAll() {
    long before = System.nanoTime();
    List<Outcome<String>> outcomes =
        oneOfFour(
            1,
            collective -> {
              collective.stepBegins();
              Thread.sleep(6000);
              return "";
            });
    assertAllOthersName(outcomes, 1, "it lives, but has been in a step for");
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(20));
  }

  @Test
  void betweenStepsARankMayTakeLonger() {
    List<Outcome<String>> outcomes =
        oneOfFour(
            0,
            collective -> {
              Thread.sleep(4000);
              step(collective);
              collective.leaveFailed("after all");
              return "";
            });
    assertAllOthersName(outcomes, 0, "after all");
  }

  @Test
  void whereOneIsStoppedAllStop() {
    List<Outcome<String>> outcomes =
        oneOfFour(
            3,
            collective -> {
              collective.leaveStopped();
              return "stopped";
            });
    assertThat(outcomes.get(3).value()).isEqualTo("stopped");
    for (int rank = 0; rank < 3; rank++) {
      assertThat(outcomes.get(rank).error()).isInstanceOf(StoppedException.class);
    }
  }

  /** Its process, as a signal or a debugger would: nothing is sent any more. */
  @Test
  void aRankThatStandsStillIsNamed() throws Exception {
    CountDownLatch met = new CountDownLatch(1);
    try (ListeningPort own = port();
        ListeningPort other = port()) {
      List<PeerAddress> addresses = List.of(own.address(), other.address());
      Thread still =
          new Thread(
              () -> {
                try (Socket socket = new Socket(own.address().ip(), own.address().port())) {
                  new Handshake(TOKEN, 1).call(socket, 0);
                  met.countDown();
                  Thread.sleep(30_000);
                } catch (IOException | InterruptedException e) {
                  met.countDown();
                }
              });
      still.start();
      TcpCollective collective = TcpCollective.connect(0, addresses, own, TOKEN, Ranks.impatient());
      met.await(5, TimeUnit.SECONDS);
      assertThatThrownBy(() -> collective.sum(FloatBuffer.wrap(new float[10_000_000])))
          .isInstanceOf(PeerException.class)
          .hasMessageContaining("rank 1 on localhost: nothing was heard of it for 2 s");
      collective.close();
      still.interrupt();
    }
  }

  private static final byte[] TOKEN = "of a test".getBytes(StandardCharsets.UTF_8);

  private static ListeningPort port() {
    return ListeningPort.open(InetAddress.getLoopbackAddress(), PortRange.any());
  }

  @Test
  void whoeverDoesNotKnowTheTokenIsHungUpOnAndDoesNotDisturb() throws Exception {
    try (ListeningPort own = port();
        ListeningPort other = port()) {
      List<PeerAddress> addresses = List.of(own.address(), other.address());
      Thread stranger =
          new Thread(
              () -> {
                try (Socket silent = new Socket(own.address().ip(), own.address().port());
                    Socket wrong = new Socket(own.address().ip(), own.address().port())) {
                  assertThat(silent.isConnected()).isTrue();
                  assertThatThrownBy(() -> new Handshake(new byte[9], 1).call(wrong, 0))
                      .isInstanceOf(IOException.class);
                  try (TcpCollective right =
                      TcpCollective.connect(1, addresses, other, TOKEN, Ranks.impatient())) {
                    right.sum(FloatBuffer.wrap(new float[3]));
                  }
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      stranger.start();
      float[] block = {1, 2, 3};
      try (TcpCollective collective =
          TcpCollective.connect(0, addresses, own, TOKEN, Ranks.impatient())) {
        collective.sum(FloatBuffer.wrap(block));
      }
      stranger.join();
      assertThat(block).containsExactly(1, 2, 3);
    }
  }

  @Test
  void aRankThatDoesNotCallInTimeIsNamed() {
    try (ListeningPort own = port();
        ListeningPort other = port()) {
      TimeLimits limits =
          new TimeLimits(
              Duration.ofMillis(200),
              Duration.ofSeconds(1),
              Duration.ofSeconds(1),
              Duration.ofSeconds(1));
      assertThatThrownBy(
              () ->
                  TcpCollective.connect(
                      0, List.of(own.address(), other.address()), own, TOKEN, limits))
          .isInstanceOf(PeerException.class)
          .hasMessageContaining("rank 1 on localhost did not call");
    }
  }

  @Test
  void whoHasCalledIsHungUpOnWhereAnotherDoesNotCall() throws Exception {
    TimeLimits limits =
        new TimeLimits(
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1));
    try (ListeningPort own = port();
        Socket first = new Socket(own.address().ip(), own.address().port())) {
      Thread calling =
          new Thread(
              () -> {
                try {
                  new Handshake(TOKEN, 1).call(first, 0);
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      calling.start();
      List<PeerAddress> addresses = Collections.nCopies(4, own.address());
      assertThatThrownBy(() -> TcpCollective.connect(0, addresses, own, TOKEN, limits))
          .isInstanceOf(PeerException.class)
          .hasMessageContaining("rank 2 on localhost did not call");
      calling.join();
      first.setSoTimeout(5000);
      assertThat(first.getInputStream().read()).as("the end of the connection").isEqualTo(-1);
    }
  }

  @Test
  void aRankThatIsTooBusyToAnswerIsCalledAgain() throws Exception {
    try (ServerSocket busy = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        ListeningPort own = port()) {
      PeerAddress there = new PeerAddress("localhost", "127.0.0.1", busy.getLocalPort());
      Thread answering =
          new Thread(
              () -> {
                try {
                  busy.accept().close();
                  new Handshake(TOKEN, 0).answer(busy.accept());
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      answering.start();
      try (TcpCollective collective =
          TcpCollective.connect(1, List.of(there, own.address()), own, TOKEN, Ranks.impatient())) {
        assertThat(collective.name(0)).isEqualTo("rank 0 on localhost");
      }
      answering.join();
    }
  }

  /** What a rank has sent that this one does not take any more. */
  @Test
  void afterTheEndNothingIsWaitedFor() throws Exception {
    try (ListeningPort own = port();
        Socket socket = new Socket(own.address().ip(), own.address().port())) {
      Thread sending =
          new Thread(
              () -> {
                try {
                  new Handshake(TOKEN, 1).call(socket, 0);
                  for (int frame = 0; frame < 9; frame++) {
                    socket.getOutputStream().write(new byte[] {'d', 1, 0, 0, 0, 7});
                  }
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      sending.start();
      TcpCollective collective =
          TcpCollective.connect(
              0, List.of(own.address(), own.address()), own, TOKEN, TimeLimits.usual());
      sending.join();
      assertThat(readers()).as("threads").hasSize(1);
      collective.close();
      for (Thread reader : readers()) {
        reader.join(5000);
      }
      assertThat(readers()).as("threads").isEmpty();
    }
  }

  private static List<Thread> readers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("mto-rank-"))
        .toList();
  }

  @Test
  void aRankThatDoesNotFinishItsFirstStepIsNamed() {
    Duration moment = Duration.ofMillis(300);
    TimeLimits limits =
        new TimeLimits(Duration.ofSeconds(20), Duration.ofSeconds(20), moment, Duration.ofHours(1));
    List<Outcome<String>> outcomes =
        Ranks.run(
            limits,
            List.of(
                collective -> {
                  step(collective);
                  return "done";
                },
                collective -> {
                  collective.stepBegins();
                  Thread.sleep(10_000);
                  return "done";
                }));
    assertAllOthersName(outcomes, 1, "it lives, but has been in a step for");
  }

  @Test
  void thePortAfterATakenOneIsOpen() {
    try (ListeningPort taken = port()) {
      int first = taken.address().port();
      PortRange range = new PortRange(first, Math.min(65535, first + 20));
      try (ListeningPort next = ListeningPort.open(InetAddress.getLoopbackAddress(), range)) {
        assertThat(next.address().port()).isGreaterThan(first).isLessThanOrEqualTo(range.last());
      }
    }
  }

  @Test
  void aPortIsOpenAtOneAddressAlone() throws Exception {
    try (ListeningPort own = port()) {
      InetAddress second = InetAddress.getByName("127.0.0.2");
      try (Socket socket = new Socket()) {
        assertThatThrownBy(
                () -> socket.connect(new InetSocketAddress(second, own.address().port()), 1000))
            .isInstanceOf(SocketException.class);
      }
      int taken = own.address().port();
      assertThatThrownBy(
              () ->
                  ListeningPort.open(InetAddress.getLoopbackAddress(), PortRange.parse("" + taken)))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("--ports %d-%d: none is free".formatted(taken, taken));
    }
  }

  @ParameterizedTest
  @CsvSource({"7-", "8-7", "-1", "0-5", "70000", "x"})
  void whatIsNoRangeOfPortsIsRefused(String text) {
    assertThatThrownBy(() -> PortRange.parse(text))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("--ports " + text + ": give FIRST-LAST");
  }

  @Test
  void ranksThatDoNotAgreeAreNamedWithWhatDiffers() {
    List<Outcome<String>> outcomes =
        Ranks.run(
            4,
            collective -> {
              Map<String, String> facts =
                  Map.of(
                      "data.train",
                      collective.rank() == 2 ? "1 image" : "2 images",
                      "configuration",
                      "a: 1\nb: " + (collective.rank() == 3 ? 4 : 2) + "\n");
              Agreement.require(collective, facts);
              return "";
            });
    for (Outcome<String> outcome : outcomes) {
      assertThat(outcome.error())
          .isInstanceOf(UserException.class)
          .hasMessageContaining("rank 2 on localhost has data.train 1 image, not 2 images")
          .hasMessageContaining("rank 3 on localhost has configuration 'b: 4', not 'b: 2'")
          .hasMessageNotContaining("rank 1 on localhost has");
    }
  }
}
