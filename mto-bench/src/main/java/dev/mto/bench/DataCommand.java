package dev.mto.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.mto.data.folder.CifarImport;
import dev.mto.data.folder.DatasetCheck;
import dev.mto.data.folder.DatasetReport;
import dev.mto.data.folder.IdxImport;
import dev.mto.data.folder.ImageFolder;
import dev.mto.data.folder.LeftOut;
import dev.mto.data.folder.StoredImages;
import dev.mto.engine.command.JsonOutput;
import dev.mto.engine.command.ShardCommand;
import dev.mto.engine.errors.UserException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code data}: looks at image folders and makes them. */
@Command(
    name = "data",
    mixinStandardHelpOptions = true,
    subcommands = {ComposeCommand.class, ShardCommand.class},
    description = "Checks a folder of images, packs it, or makes one.",
    footer = {
      "",
      "Examples:",
      "  ./mto data check data/fashion-mini/train",
      "  ./mto data check --json photos > photos.json",
      "  ./mto data shard /data/ILSVRC2012_img_train.tar --out /data/shards --shards 1280",
      "  ./mto data compose --out data/composed",
      "  ./mto data import-cifar cifar-10-binary.tar.gz --out data/cifar-10",
      "  ./mto data import-idx --images train-images-idx3-ubyte.gz \\",
      "      --labels train-labels-idx1-ubyte.gz --out data/mine --train 1000 --val 500 --pad 32"
    })
final class DataCommand implements Runnable {
  private static final int MOST_LISTED = 20;
  private static final ObjectMapper SNAKE_CASE =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "say what to do: check, shard, compose, import-idx or import-cifar");
  }

  @Command(
      name = "check",
      mixinStandardHelpOptions = true,
      description =
          "Counts, classes, sizes, how images are stored, what is left out, unreadable and damaged"
              + " files, mean and standard deviation.",
      footer = {
        "",
        "Examples:",
        "  ./mto data check data/fashion-mini/train",
        "  ./mto data check --json photos > photos.json"
      })
  void check(
      @Parameters(paramLabel = "DIR", description = "Folder of images, in classes or flat.")
          Path folder,
      @Option(
              names = "--channels",
              defaultValue = "3",
              paramLabel = "N",
              description =
                  "1 for grey, 3 for colours, or the images' own number (default: ${DEFAULT-VALUE}).")
          int channels,
      @Mixin JsonOutput json) {
    DatasetReport report;
    try {
      report =
          DatasetCheck.of(
              ImageFolder.open(folder), channels, Runtime.getRuntime().availableProcessors());
    } catch (IllegalArgumentException e) {
      throw new UserException(e.getMessage(), e);
    }
    print(report, channels, System.out);
    json.write(SNAKE_CASE.<JsonNode>valueToTree(report));
  }

  @Command(
      name = "import-idx",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description =
          "Makes PNG folders train and val from IDX files (gzip or plain), such as MNIST's: images"
              + " drawn at random, as many of each class.",
      footer = {
        "",
        "Examples:",
        "  ./mto data import-idx --images train-images-idx3-ubyte.gz \\",
        "      --labels train-labels-idx1-ubyte.gz --out data/mine --train 1000 --val 500"
      })
  void importIdx(
      @Option(
              names = "--images",
              required = true,
              paramLabel = "FILE",
              description = "The images, IDX of unsigned bytes.")
          Path images,
      @Option(
              names = "--labels",
              required = true,
              paramLabel = "FILE",
              description = "Their labels, IDX of unsigned bytes.")
          Path labels,
      @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder to make.")
          Path out,
      @Option(
              names = "--train",
              required = true,
              paramLabel = "N",
              description = "Images of train, as many of each class.")
          int train,
      @Option(
              names = "--val",
              required = true,
              paramLabel = "N",
              description = "Images of val, others than those of train, as many of each class.")
          int val,
      @Option(
              names = "--pad",
              paramLabel = "PIXELS",
              defaultValue = "32",
              description = "Side to pad to with zeros (default: ${DEFAULT-VALUE}).")
          int pad,
      @Option(
              names = "--classes",
              split = ",",
              defaultValue = "0,1,2,3,4,5,6,7,8,9",
              paramLabel = "NAME",
              description = "Names of classes 0, 1, … (default: ${DEFAULT-VALUE}).")
          List<String> classes,
      @Option(
              names = "--seed",
              paramLabel = "N",
              defaultValue = "1",
              description = "Says which images are drawn (default: ${DEFAULT-VALUE}).")
          long seed) {
    try {
      new IdxImport(images, labels, out, train, val, pad, classes, seed).run();
    } catch (IllegalArgumentException e) {
      throw new UserException(e.getMessage(), e);
    }
    System.out.println("made " + out);
  }

  @Command(
      name = "import-cifar",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description =
          "Makes PNG folders train, test and, where asked for, validation from the binary version of"
              + " CIFAR-10 or CIFAR-100.",
      footer = {
        "",
        "Examples:",
        "  ./mto data import-cifar cifar-10-batches-bin --out data/cifar-10 --validation 5000",
        "  ./mto data import-cifar cifar-100-binary.tar.gz --out data/cifar-100-coarse --coarse"
      })
  void importCifar(
      @Parameters(
              paramLabel = "DIR",
              description = "Folder of the binary files, or their .tar.gz as it was fetched.")
          Path source,
      @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder to make.")
          Path out,
      @Option(
              names = "--validation",
              paramLabel = "N",
              defaultValue = "0",
              description =
                  "Training images to put into validation instead, as many of each class (default:"
                      + " ${DEFAULT-VALUE}).")
          int validation,
      @Option(names = "--coarse", description = "CIFAR-100's 20 coarse classes instead of its 100.")
          boolean coarse,
      @Option(
              names = "--seed",
              paramLabel = "N",
              defaultValue = "1",
              description = "Says which images are for validation (default: ${DEFAULT-VALUE}).")
          long seed) {
    try {
      new CifarImport(source, out, validation, coarse, seed, System.out::println).run();
    } catch (IllegalArgumentException e) {
      throw new UserException(e.getMessage(), e);
    }
    System.out.println("made " + out);
  }

  private static void print(DatasetReport report, int channels, PrintStream out) {
    out.println("images    " + report.images());
    if (report.archives() != null) {
      out.println("read as   " + report.archives());
    }
    out.println(
        "classes   " + (report.classes().isEmpty() ? "none (flat)" : report.classes().size()));
    report.classes().forEach((name, count) -> out.printf("  %-24s %d%n", name, count));
    if (report.median() != null) {
      out.printf(
          "sizes     smallest %s, median %s, largest %s (height x width)%n",
          size(report.smallest()), size(report.median()), size(report.largest()));
      print(report.stored(), channels, out);
      out.println("mean      " + numbers(report.mean()));
      out.println("std       " + numbers(report.std()));
    }
    printLeftOut(report.leftOut(), out);
    out.println("unreadable " + report.bad().size());
    report.bad().stream()
        .limit(MOST_LISTED)
        .forEach(bad -> out.println("  " + bad.path() + ": " + bad.reason()));
    if (report.bad().size() > MOST_LISTED) {
      out.println("  and " + (report.bad().size() - MOST_LISTED) + " more");
    }
  }

  private static void print(StoredImages stored, int channels, PrintStream out) {
    out.println(
        "formats   "
            + stored.formats().entrySet().stream()
                .map(format -> format.getValue() + " " + format.getKey())
                .collect(Collectors.joining(", ")));
    out.println(
        "channels  "
            + stored.channels().entrySet().stream()
                .map(number -> "%d with %d".formatted(number.getValue(), number.getKey()))
                .collect(Collectors.joining(", ")));
    if (stored.alpha() > 0) {
      out.printf(
          "  %d with alpha, which is %s%n",
          stored.alpha(), channels == 1 || channels == 3 ? "not read" : "read as the last channel");
    }
    stored
        .bits()
        .forEach(
            (bits, range) -> {
              int full = (1 << bits) - 1;
              out.printf(
                  "  %d bits: %d images, values %d to %d of %d%s%n",
                  bits,
                  range.images(),
                  range.smallest(),
                  range.largest(),
                  full,
                  range.largest() > full / 2
                      ? ""
                      : ": a part of the range; set data.mean and data.std as below");
            });
    if (stored.turned() > 0) {
      out.printf("  %d turned by their cameras (data.exif)%n", stored.turned());
    }
    if (stored.manyPages() > 0) {
      out.printf("  %d with several pages, of which the first is read%n", stored.manyPages());
    }
  }

  private static void printLeftOut(LeftOut leftOut, PrintStream out) {
    if (!leftOut.line().isEmpty()) {
      out.println("left out  " + leftOut.line());
    }
    if (!leftOut.emptyFolders().isEmpty()) {
      out.println(
          "folders without an image, left out: " + String.join(", ", leftOut.emptyFolders()));
    }
  }

  private static String size(DatasetReport.Size size) {
    return size.height() + "x" + size.width();
  }

  private static String numbers(List<Double> values) {
    return values.stream()
        .map(v -> String.format(Locale.ROOT, v < 0.1 ? "%.6f" : "%.4f", v))
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
