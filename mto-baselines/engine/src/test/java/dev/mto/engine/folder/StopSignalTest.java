package dev.mto.engine.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Signals to a process that listens and goes on until it is asked to stop, then takes its time. */
@EnabledOnOs({OS.LINUX, OS.MAC})
@Timeout(100)
class StopSignalTest {
  /** What receives the signals. */
  static final class Listener {
    private Listener() {}

    public static void main(String[] arguments) throws InterruptedException {
      try (StopSignal stop = new StopSignal()) {
        System.err.println("listening " + (stop != null));
        while (!StopSignal.requested()) {
          Thread.sleep(10);
        }
        Thread.sleep(arguments.length == 0 ? 0 : 60_000);
      }
      System.err.println("saved");
    }
  }

  private Process process;
  private BufferedReader lines;

  private void start(String shell, String argument) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String command = shell + " exec '%s' -cp '%s' '%s' %s";
    process =
        new ProcessBuilder(
                "sh",
                "-c",
                command.formatted(
                    java,
                    System.getProperty("java.class.path"),
                    Listener.class.getName(),
                    argument))
            .redirectErrorStream(true)
            .start();
    lines = process.inputReader();
    while (!lines.readLine().startsWith("listening")) {
      assertThat(process.isAlive()).isTrue();
    }
  }

  private void send(String signal) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid())).start().waitFor();
  }

  private int code() throws InterruptedException {
    assertThat(process.waitFor(50, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  @Test
  void aSignalIsAFlagAndTheWorkIsFinished() throws IOException, InterruptedException {
    start("", "");

    send("TERM");

    assertThat(code()).isZero();
    assertThat(lines.lines())
        .containsExactly(
            "stopping: what is done is saved first (once more: ends at once)", "saved");
  }

  /**
   * Children of a process that ignores Ctrl-C, as one in the background of a script, ignore it too.
   */
  private static void assumeInterruptible() throws IOException {
    Path status = Path.of("/proc/self/status");
    long ignored =
        Files.isReadable(status)
            ? Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
                .findFirst()
                .orElse(0)
            : 0;
    assumeTrue((ignored & 1 << 1) == 0, "Ctrl-C is ignored by whatever runs this test");
  }

  @Test
  void theSameSignalAgainEndsAtOnceAndAnotherOneDoesNot() throws IOException, InterruptedException {
    assumeInterruptible();
    start("", "slow");

    send("INT");
    assertThat(lines.readLine()).startsWith("stopping");
    send("TERM");
    assertThat(process.waitFor(300, TimeUnit.MILLISECONDS)).isFalse();
    send("TERM");

    assertThat(code()).isEqualTo(StopSignal.EXIT_CODE);
    assertThat(lines.lines()).containsExactly("ended at once; the last checkpoint is kept");
  }

  @Test
  void aTerminalThatClosesIsIgnoredUnderNohup() throws IOException, InterruptedException {
    start("trap '' HUP;", "");

    send("HUP");
    assertThat(process.waitFor(300, TimeUnit.MILLISECONDS)).isFalse();
    send("TERM");

    assertThat(code()).isZero();
  }
}
