package dev.mto.bench.watch;

import dev.mto.engine.command.WithoutBackend;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.RunFolder;
import dev.mto.engine.report.ComparePage;
import dev.mto.engine.report.RunView;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code compare}. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Puts runs on one page: losses, H by layer and accuracies in the same charts, the settings"
            + " that differ, and reconstructions side by side. Runs that go on may be compared too.",
    footer = {
      "",
      "Examples:",
      "  ./mto compare runs/quickstart runs/no-mto",
      "  ./mto compare runs/* --out compare.html"
    })
public final class CompareCommand implements Callable<Integer>, WithoutBackend {
  private static final int FEWEST = 2;

  @Parameters(paramLabel = "RUN", arity = "1..*", description = "Folders of runs, two or more.")
  private List<Path> folders;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      defaultValue = "compare.html",
      description = "The page to write or replace (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Override
  public Integer call() {
    Map<String, RunView> runs = new LinkedHashMap<>();
    for (Path folder : folders) {
      RunView view = new RunView(RunFolder.open(folder).root());
      if (runs.put(name(folder), view) != null) {
        throw new UserException(folder + ": is given twice; compare it with another run");
      }
    }
    if (runs.size() < FEWEST) {
      throw new UserException(folders.get(0) + ": is one run; give another to compare it with");
    }
    Path parent = out.toAbsolutePath().getParent();
    if (!Files.isDirectory(parent)) {
      throw new UserException(
          "--out " + out + ": there is no folder " + parent + "; make it first");
    }
    new ComparePage(runs).write(out);
    System.out.println(out);
    return 0;
  }

  /** The folder's name, or all of its path where two runs have the same. */
  private String name(Path folder) {
    Path whole = folder.toAbsolutePath().normalize();
    boolean alone =
        folders.stream()
                .map(other -> other.toAbsolutePath().normalize())
                .distinct()
                .filter(other -> other.endsWith(whole.getFileName()))
                .count()
            == 1;
    return alone ? String.valueOf(whole.getFileName()) : whole.toString();
  }
}
