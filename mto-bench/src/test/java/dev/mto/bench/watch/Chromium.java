package dev.mto.bench.watch;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A browser without a window, where this machine has one. */
final class Chromium {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome");

  /** As a system that prefers dark pages. */
  static final String DARK = "--blink-settings=preferredColorScheme=0";

  private static final int PATIENCE_SECONDS = 60;

  private final Path program;
  private final Path folder;

  /**
   * What a page left behind.
   *
   * @param dom the page after its scripts ran
   * @param complaints lines that the page caused on the browser's console
   */
  record Visit(String dom, List<String> complaints) {}

  private Chromium(Path program, Path folder) {
    this.program = program;
    this.folder = folder;
  }

  /**
   * The program that the property {@code mto.chromium} names, or one on the path; skips the test
   * where there is none.
   *
   * @param folder for the browser's own files
   */
  static Chromium orSkip(Path folder) {
    Optional<Path> found =
        Optional.ofNullable(System.getProperty("mto.chromium"))
            .map(Path::of)
            .or(Chromium::onThePath);
    assumeTrue(
        found.isPresent(),
        "no " + String.join(", ", NAMES) + " on the PATH; name one by -Dmto.chromium=FILE");
    return new Chromium(found.orElseThrow(), folder);
  }

  private static Optional<Path> onThePath() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * Opens an address, waits until its scripts have run, and reads it.
   *
   * @param options of the browser, such as {@link #DARK}
   */
  Visit visit(String address, String... options) throws IOException, InterruptedException {
    Path dom = folder.resolve("dom.html");
    Path console = folder.resolve("console.txt");
    List<String> line = new ArrayList<>(List.of(program.toString()));
    line.addAll(
        List.of(
            "--headless",
            "--no-sandbox", // the pages are our own, and the superuser may run the tests
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--hide-scrollbars",
            "--user-data-dir=" + folder.resolve("profile"),
            "--window-size=1400,900",
            "--virtual-time-budget=5000",
            "--enable-logging=stderr",
            "--dump-dom"));
    line.addAll(List.of(options));
    line.add(address);
    Process browser =
        new ProcessBuilder(line)
            .redirectOutput(dom.toFile())
            .redirectError(console.toFile())
            .start();
    if (!browser.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      browser.destroyForcibly();
      throw new IOException(program + ": took more than " + PATIENCE_SECONDS + " s");
    }
    return new Visit(
        Files.readString(dom),
        Files.readAllLines(console).stream().filter(text -> text.contains("CONSOLE")).toList());
  }
}
