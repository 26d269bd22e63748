package dev.mto.bench.init;

import dev.mto.engine.Baselines;
import dev.mto.engine.command.JsonOutput;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.AtomicFiles;
import dev.mto.speed.TemporaryFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code init}. */
@Command(
    name = "init",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Looks at a folder of images and writes a commented configuration for them that pretrain runs"
          + " as it is: size of the crops and the model, mean and deviation, batch by memory, and"
          + " what it takes on this machine, by a few steps that are made and thrown away.",
      "A folder with train and val in it, or one that is called train with val beside it, gives"
          + " both. Asks nothing and trains nothing."
    },
    footer = {
      "",
      "Examples:",
      "  ./mto init photos",
      "  ./mto init /data/scans/train --out configs/scans.yaml",
      "  ./mto pretrain --config photos.yaml"
    })
public final class InitCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "DIR",
      description = "Folder of images, in classes or flat, or a tar archive of them.")
  private Path images;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      description = "The configuration to write (default: the folder's name and .yaml, here).")
  private Path out;

  @Option(names = "--force", description = "Replaces a file that is there already.")
  private boolean force;

  @Mixin private JsonOutput json = new JsonOutput();

  @Override
  public Integer call() throws IOException {
    Path file = out == null ? Path.of(name(images) + ".yaml") : out;
    if (Files.exists(file) && !force) {
      throw new UserException(
          file + ": is there already; name another --out, or give --force to replace it");
    }
    Path folder = file.toAbsolutePath().getParent();
    if (!Files.isDirectory(folder)) {
      throw new UserException(
          "--out %s: there is no folder %s; make it, or name another --out"
              .formatted(file, folder));
    }
    Survey survey = Survey.of(ImageSplit.of(images));
    StartingPoint point = StartingPoint.of(survey.images(), survey.side());
    StartingFile start = new StartingFile(file, survey, point);
    Probe probe = probe(start);
    AtomicFiles.writeString(file, start.text(probe));
    survey.train().leftOutLine().ifPresent(System.out::println);
    start.lines(probe).forEach(System.out::println);
    System.out.println();
    System.out.println("wrote " + file);
    json.write(start.figures(probe));
    return 0;
  }

  /** The folder's own name; that of the folder above where it is one half of a split. */
  private static String name(Path folder) {
    Path whole = folder.toAbsolutePath().normalize();
    Path last = whole.getFileName();
    if (last != null
        && last.toString().equals("train")
        && whole.getParent().getFileName() != null) {
      last = whole.getParent().getFileName();
    }
    return last == null ? "images" : last.toString();
  }

  private static Probe probe(StartingFile start) throws IOException {
    try (TemporaryFolder folder = new TemporaryFolder("mto-init")) {
      Path draft = folder.path().resolve("draft.yaml");
      StartingFile inFolder = new StartingFile(draft, start.survey(), start.point());
      Files.writeString(draft, inFolder.keys(start.point().imagesPerStep()));
      return Probe.of(
          start.point().imagesPerStep(),
          batch -> config(draft, batch),
          folder.path().resolve("unreadable-images.txt"));
    }
  }

  private static RunConfig config(Path draft, int batch) {
    return ConfigLoader.load(
        draft,
        List.of("training.batch=" + batch, "training.accumulate=1"),
        name -> Baselines.named(name).recipe());
  }
}
