package dev.mto.engine.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.data.image.UnreadableImageException;
import dev.mto.engine.errors.DivergenceException;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.testing.CommandRun;
import dev.mto.executor.cuda.CudaException;
import dev.mto.executor.memory.NotEnoughMemoryException;
import dev.mto.models.weights.WeightFileException;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Command;

/** Every failure is one line that names what failed, with its exit code. */
class CommandLinesTest {
  private static final Path FILE = Path.of("the-file");

  /** A command that fails. */
  @Command(name = "failing")
  private record Failing(Throwable failure) implements Callable<Integer>, WithoutBackend {
    @Override
    public Integer call() throws Exception {
      if (failure instanceof Error error) {
        throw error;
      }
      throw (Exception) failure;
    }
  }

  static Stream<Arguments> failures() {
    return Stream.of(
        Arguments.of(new UserException("the-file: wrong"), 2, "the-file: wrong"),
        Arguments.of(new WeightFileException("the-file: damaged"), 2, "the-file: damaged"),
        Arguments.of(new DivergenceException("step 3: NaN"), 1, "step 3: NaN"),
        Arguments.of(new CudaException("the GPU failed"), 1, "the GPU failed"),
        Arguments.of(
            FileException.reading(FILE, new NoSuchFileException("the-file")),
            2,
            "the-file: cannot be read (no such file or folder)"),
        Arguments.of(
            FileException.reading(FILE, new EOFException()),
            2,
            "the-file: cannot be read (it ends too early)"),
        Arguments.of(
            FileException.writing(FILE, new IOException("No space left on device")),
            1,
            "the-file: cannot be written (No space left on device); what was saved before is kept"),
        Arguments.of(new AccessDeniedException("the-file"), 1, "the-file: permission denied"),
        Arguments.of(
            new UncheckedIOException("the-file cannot be read", new IOException("it hangs")),
            1,
            "the-file cannot be read: it hangs"),
        Arguments.of(new UncheckedIOException("x", new UnreadableImageException("cut")), 2, "x"),
        Arguments.of(
            new NotEnoughMemoryException("a step", 111_000_000_000L, 20_000_000_000L),
            2,
            "a step needs 111.0 GB of memory, and 20.0 GB are available; lower the batch"),
        Arguments.of(new OutOfMemoryError("Java heap space"), 1, "memory is exhausted (Java heap"),
        Arguments.of(new UserException("a\u001b[31m\nb"), 2, "a [31m b"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void aFailureIsOneLineWithItsExitCode(Throwable failure, int code, String line) {
    CommandRun run = new CommandRun(new Failing(failure));

    assertThat(run.errors()).singleElement().asString().startsWith("error: " + line);
    assertThat(run.code()).isEqualTo(code);
  }
}
