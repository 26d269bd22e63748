package dev.mto.bench.study;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.bench.Execution;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyCommandTest {
  private static final int PATIENCE_SECONDS = 120;

  @TempDir private static Path folder;
  private static StudyFile files;
  private static Path finished;

  @BeforeAll
  static void finishOne() throws IOException {
    files = new StudyFile(folder);
    finished = files.write("finished");
    assertThat(run(finished).code()).isZero();
  }

  @Test
  void aStudyThatIsKilledGoesOnWhereItWasAndGivesTheSameNumbers() throws Exception {
    Path killed = files.write("killed");
    Process study = start(killed);
    Path cells = folder.resolve("killed/cells");
    await(() -> exists(cells, "mae-none-seed1", "finetune-epoch-1/recipe.yaml"));
    study.destroyForcibly().waitFor();
    List<ProcessHandle> orphans = cellsOf(folder.resolve("killed"));
    await(() -> orphans.stream().noneMatch(ProcessHandle::isAlive));
    assertThat(folder.resolve("killed/report.html")).doesNotExist();
    leaveTemporaryFiles(folder.resolve("killed"));

    Execution again = run(killed, "--set", "results=" + folder.resolve("of-killed"));

    assertThat(again.errors()).isEmpty();
    assertThat(again.code()).isZero();
    assertThat(Files.readAllLines(folder.resolve("killed/results.csv")))
        .hasSize(1 + 3 * 4 - 1)
        .isEqualTo(Files.readAllLines(folder.resolve("finished/results.csv")));
    assertThat(log(cells, "mae-none-seed1").filter(line -> line.startsWith("mto pretrain")))
        .as("what was done is not done again")
        .hasSize(1);
    try (Stream<Path> left = Files.walk(folder.resolve("killed"))) {
      assertThat(left).noneMatch(file -> file.toString().endsWith(".tmp"));
    }
  }

  /** As a power cut leaves them while a table or a picture is written. */
  private static void leaveTemporaryFiles(Path study) throws IOException {
    Files.createFile(study.resolve("results.csv.0123456789abcdef.tmp"));
    try (Stream<Path> cells = Files.list(study.resolve("cells"))) {
      for (Path cell : cells.filter(cell -> cell.toString().contains("mae-none-seed1")).toList()) {
        Path pictures = Files.createDirectories(cell.resolve("pictures-epoch-1"));
        Files.createFile(pictures.resolve("affinity.png.0123456789abcdef.tmp"));
      }
    }
  }

  @Test
  void keptResultsCountAsFinishedWhereTheirHashIsTheCells() throws IOException {
    assertThat(folder.resolve("kept/mae-mto-seed1.json")).isNotEmptyFile();
    assertThat(folder.resolve("kept/mae-mto-seed1-affinity.png")).isNotEmptyFile();
    String csv = Files.readString(folder.resolve("finished/results.csv"));

    Execution elsewhere = run(finished, "--set", "out=" + folder.resolve("elsewhere"));

    assertThat(elsewhere.code()).isZero();
    assertThat(elsewhere.out()).contains("3 cells, 3 finished").doesNotContain(" done, ");
    assertThat(folder.resolve("elsewhere/results.csv")).hasContent(csv);
    assertThat(folder.resolve("elsewhere/cells")).doesNotExist();
    assertThat(Files.readString(folder.resolve("elsewhere/report.html")))
        .contains("3 of 3 cells are finished")
        .contains("Which loss does what (Table 3)")
        .contains("mae, mto, seed 1, after epoch 2");
    assertThat(Files.readString(folder.resolve("elsewhere/tables.md")))
        .contains("| baseline | variant | untrained | epoch 1 | epoch 2 | n |");
    assertThat(folder.resolve("elsewhere/curves/mae-mto-finetune.csv")).isNotEmptyFile();

    Execution other =
        run(
            finished,
            "--plan",
            "--set",
            "data.pretrain=" + folder.resolve("test"),
            "--set",
            "out=" + folder.resolve("other"));
    assertThat(other.out())
        .contains("of another configuration")
        .contains("3 cells, 0 finished")
        .contains("to run");
    assertTablesGoInto(folder.resolve("document.md"));
    assertImagesAreNeededToRunAlone();
  }

  @Test
  void aFolderOfResultsThatIsEmptyIsFilledFromTheCellsOfTheStudy() {
    Path anew = folder.resolve("of-anew");

    Execution again = run(finished, "--set", "results=" + anew);

    assertThat(again.out()).contains("3 cells, 3 finished").doesNotContain(" done, ");
    assertThat(anew.resolve("mae-none-seed1.json")).isNotEmptyFile();
    assertThat(anew.resolve("mae-mto-seed1.json"))
        .hasSameTextualContentAs(folder.resolve("kept/mae-mto-seed1.json"));
    assertThat(anew.resolve("mae-mto-seed1-affinity.png")).isNotEmptyFile();
  }

  @Test
  void aMeasureThatIsAddedTrainsNothingAnew() throws IOException {
    Path runs = folder.resolve("finished/pretrained");
    List<String> before = logs(runs);

    Execution more =
        run(
            finished,
            "--set",
            "results=" + folder.resolve("of-more"),
            "--set",
            "untrained=false",
            "--set",
            "grid=[{ baselines: [mae], variants: [mto], seeds: [1] }]",
            "--set",
            "measures={ attentive: { set: [epochs=1, batch=6, accumulate=1, warmup_epochs=0], epochs: [1, 2] } }");

    assertThat(more.errors()).isEmpty();
    assertThat(more.out()).contains("1 cells, 0 finished").contains("attentive probe");
    assertThat(logs(runs)).hasSize(3).isEqualTo(before);
    assertThat(folder.resolve("of-more/mae-mto-seed1.json"))
        .content()
        .contains("\"attentive\"", "\"maskedNorm\"");
  }

  private static List<String> logs(Path runs) throws IOException {
    try (Stream<Path> all = Files.list(runs)) {
      List<String> logs = new ArrayList<>();
      for (Path run : all.sorted().toList()) {
        Path metrics = run.resolve("metrics.jsonl");
        logs.add(run + (Files.exists(metrics) ? Files.readString(metrics) : ""));
      }
      return logs;
    }
  }

  @Test
  void aCellThatFailsIsNamedAndTheOthersAreFinished() throws IOException {
    Path file =
        files.write(
            "failing",
            "{ none: [mto.enabled=false], wild: [training.base_lr=1.0e+30] }",
            "{ baselines: [mae], variants: [wild, none], seeds: [1] }");

    Execution study =
        run(
            file,
            "--set",
            "untrained=false",
            "--set",
            "side_by_side=1",
            "--set",
            "results=" + folder.resolve("of-failing"));

    assertThat(study.code()).isEqualTo(1);
    assertThat(study.out())
        .contains("mae-wild-seed1 failed (exit code 1): error: ")
        .contains("mae-none-seed1 done");
    assertThat(folder.resolve("failing/report.html")).isNotEmptyFile();
    Execution alone =
        run(
            files.write(
                "all-failing",
                "{ none: [training.base_lr=1.0e+30] }",
                "{ baselines: [mae], variants: [none], seeds: [1] }"),
            "--set",
            "untrained=false",
            "--set",
            "results=" + folder.resolve("of-all-failing"));
    assertThat(alone.code()).as("every cell failed").isEqualTo(1);
  }

  @Test
  void aReportOfNothingIsRefused() throws IOException {
    Execution report =
        run(files.write("empty"), "--report", "--set", "results=" + folder.resolve("of-empty"));

    assertThat(report.code()).isEqualTo(2);
    assertThat(report.errors()).singleElement().asString().contains("no cell is finished");
  }

  private void assertImagesAreNeededToRunAlone() throws IOException {
    Path images = folder.resolve("test");
    Path away = Files.move(images, folder.resolve("elsewhere-than-said"));

    Execution plan = run(finished, "--plan", "--set", "out=" + folder.resolve("new"));
    Execution more =
        run(
            finished,
            "--set",
            "out=" + folder.resolve("new"),
            "--set",
            "variants.none=[mto.enabled=false, training.base_lr=1.0e-4]");

    Files.move(away, images);
    assertThat(plan.out())
        .contains("3 cells, 3 finished")
        .contains("identity is not checked: data.test: ");
    assertThat(more.code()).isEqualTo(2);
    assertThat(more.errors()).singleElement().asString().contains("data.test: ");
  }

  private void assertTablesGoInto(Path document) throws IOException {
    String tables =
        "<!-- study finished: Accuracy by k-NN after the last epoch -->\nold\n<!-- end -->\n";
    Files.writeString(document, "# Text\n" + tables);
    assertThat(run(finished, "--report", "--into", document + "").code()).isZero();
    assertThat(document).content().contains("| mae | ").doesNotContain("old").startsWith("# Text");
    Files.writeString(document, tables.replace("k-NN", "magic"));
    assertThat(run(finished, "--report", "--into", document + "").errors())
        .singleElement()
        .asString()
        .contains("has no table 'Accuracy by magic after the last epoch'");
  }

  private static Execution run(Path file, String... more) {
    List<String> arguments = new ArrayList<>(List.of("study", file.toString()));
    arguments.addAll(List.of(more));
    return Execution.of(arguments.toArray(String[]::new));
  }

  private Process start(Path file) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> !flag.startsWith("-agentlib") && !flag.startsWith("-javaagent"))
        .forEach(command::add);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.mto.bench.Mto"));
    command.addAll(List.of("study", file.toString(), "--set", "side_by_side=1"));
    command.addAll(List.of("--set", "results=" + folder.resolve("of-killed")));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("console.txt").toFile())
        .start();
  }

  private static List<ProcessHandle> cellsOf(Path study) {
    return ProcessHandle.allProcesses()
        .filter(
            process ->
                process.info().commandLine().orElse("").contains("study-cell " + study + "/"))
        .toList();
  }

  private static boolean exists(Path cells, String id, String file) {
    return !find(cells, id, file).isEmpty();
  }

  private static Stream<String> log(Path cells, String id) throws IOException {
    return Files.readAllLines(find(cells, id, "log.txt").get(0)).stream();
  }

  private static List<Path> find(Path cells, String id, String file) {
    if (!Files.isDirectory(cells)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(cells)) {
      return all.filter(cell -> cell.getFileName().toString().startsWith(id))
          .map(cell -> cell.resolve(file))
          .filter(Files::exists)
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
      Thread.sleep(20);
    }
  }
}
