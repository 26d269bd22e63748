package dev.mto.bench.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.bench.Mto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A command of mto in a virtual machine of its own, its output in a file. */
record JobProcess(Process process, Path console) {
  private static final long PATIENCE_SECONDS = 120;

  /** The command line of a virtual machine that runs mto. */
  static List<String> commandLine(List<String> arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Mto.class.getName()));
    command.addAll(arguments);
    return command;
  }

  static JobProcess start(List<String> arguments, Path console) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(commandLine(arguments))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(console.toFile()));
    builder.environment().put("OMP_NUM_THREADS", "1");
    return new JobProcess(builder.start(), console);
  }

  /** Whether {@code moment} came while it ran. */
  boolean reaches(BooleanSupplier moment) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (process.isAlive() && !moment.getAsBoolean()) {
      assertThat(System.nanoTime()).as(console.toString()).isLessThan(deadline);
      process.waitFor(1, TimeUnit.MILLISECONDS);
    }
    return process.isAlive();
  }

  /** Its exit code, when it has ended. */
  int code() throws IOException, InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("the process did not end: " + Files.readString(console));
    }
    return process.exitValue();
  }
}
