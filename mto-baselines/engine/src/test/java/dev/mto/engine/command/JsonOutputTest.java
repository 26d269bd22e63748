package dev.mto.engine.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.engine.errors.UserException;
import dev.mto.engine.testing.CommandRun;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

class JsonOutputTest {
  private static final String DOCUMENT = "{%n  \"rows\" : 3%n}%n".formatted();

  @TempDir private Path folder;

  /** A command that has the option from a mixin of its own, as the evaluations have. */
  private static final class Shared {
    @Mixin private JsonOutput json;
  }

  /** Prints three lines and one number. */
  @Command(name = "count")
  private static final class Count implements Callable<Integer>, WithoutBackend {
    @Mixin private Shared shared;

    @Parameters(arity = "0..*")
    private List<Path> files = List.of();

    @Option(names = "--fail")
    private boolean fail;

    @Option(names = "--tell")
    private boolean tell;

    @Override
    public Integer call() {
      System.out.println("counting " + files);
      System.out.print("almost ");
      System.out.printf("done%n");
      if (tell) {
        CommandLines.tellLastLine();
      }
      if (fail) {
        throw new UserException("nothing to count");
      }
      System.out.println("3 rows");
      shared.json.write(Map.of("rows", 3));
      return 0;
    }
  }

  private static CommandRun run(String... arguments) {
    return new CommandRun(new Count(), arguments);
  }

  @Test
  void alonePutsTheDocumentOnStandardOutputAndAllElseOnStandardError() {
    CommandRun run = run("--json");

    assertThat(run.out()).isEqualTo(DOCUMENT);
    assertThat(run.errors()).containsExactly("counting []", "almost done", "3 rows");
  }

  @Test
  void takesNoArgumentForAFileThatIsNotNamedAsOneOfJson() {
    Path table = folder.resolve("table.csv");

    CommandRun run = run("--json", table.toString());

    assertThat(run.out()).isEqualTo(DOCUMENT);
    assertThat(run.errors()).contains("counting [" + table + "]");
    assertThat(table).doesNotExist();
  }

  @Test
  void withAFileLeavesStandardOutputToTheCommand() {
    Path file = folder.resolve("rows.json");

    CommandRun run = run("--json", file.toString());

    assertThat(run.out().lines()).containsExactly("counting []", "almost done", "3 rows");
    assertThat(run.errors()).isEmpty();
    assertThat(file).hasContent(DOCUMENT);
    assertThat(run("--json=" + file, "a").out()).startsWith("counting [a]");
  }

  @Test
  void aFailureLeavesStandardOutputEmpty() {
    CommandRun run = run("--json", "--fail");

    assertThat(run.out()).isEmpty();
    assertThat(run.errors()).last().isEqualTo("error: nothing to count");
    assertThat(run.code()).isEqualTo(2);
  }

  @Test
  void quietLeavesTheLastLineAndErrors() {
    assertThat(run("--quiet").out().lines()).containsExactly("3 rows");

    CommandRun failed = run("--quiet", "--fail");
    assertThat(failed.out()).isEmpty();
    assertThat(failed.errors()).containsExactly("error: nothing to count");
  }

  @Test
  void quietLeavesWhatACommandThatGoesOnHasToldOnce() {
    assertThat(run("--quiet", "--tell", "--fail").out().lines()).containsExactly("almost done");
    assertThat(run("--quiet", "--tell").out().lines()).containsExactly("almost done", "3 rows");
    assertThat(run("--tell").out().lines()).hasSize(3);
  }

  @Test
  void quietWithJsonLeavesTheDocumentAlone() {
    CommandRun run = run("--quiet", "--json");

    assertThat(run.out()).isEqualTo(DOCUMENT);
    assertThat(run.errors()).isEmpty();
  }

  @Test
  void everythingIsPrintedAgainAfterwards() {
    run("--quiet");

    assertThat(run().out().lines()).hasSize(3);
  }
}
