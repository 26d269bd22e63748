package dev.mto.speed.input;

import dev.mto.engine.command.JsonOutput;
import dev.mto.engine.errors.UserException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench input}. */
@Command(
    name = "input",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Reads, decodes, crops, flips and normalises images at 224 pixels as SimMIM's and MAE's"
          + " pre-training do, and prints images a second a core (by"
          + " processor time) and where the time goes.",
      "With --peer torchvision does the same on one thread, in turns."
    },
    footer = {
      "",
      "Examples:",
      "  ./mto bench input",
      "  ./mto bench input --images /data/imagenet/train --count 500 --threads 8",
      "  ./mto bench input --peer --python /usr/bin/python3 --json input.json"
    })
public final class InputCommand implements Callable<Integer> {
  @Option(
      names = "--images",
      paramLabel = "DIR",
      description = "Folder of images (default: photos are made up, of 500x375).")
  private Path images;

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "200",
      description = "Images to read a round (default: ${DEFAULT-VALUE}).")
  private int count;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Workers of the run with several (default: one a processor).")
  private Integer threads;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "Rounds; the best counts (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--reduced",
      description = "Decodes JPEGs at a lower resolution where the crop allows.")
  private boolean reduced;

  @Option(names = "--peer", description = "Also torchvision.")
  private boolean peer;

  @Option(
      names = "--python",
      paramLabel = "PROGRAM",
      description = "The Python that has torchvision (default: python3).")
  private String python;

  @Mixin private JsonOutput json = new JsonOutput();

  private String program() {
    return python == null ? "python3" : python;
  }

  @Override
  public Integer call() throws IOException {
    int workers = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    if (python != null && !peer) {
      throw new UserException("--python: runs the peer, which --peer asks for; add it");
    }
    require("--count", count);
    require("--rounds", rounds);
    require("--threads", workers);
    Optional<TorchvisionPeer> torchvision =
        peer ? Optional.of(TorchvisionPeer.start(program())) : Optional.empty();
    try (ImageSet set = set()) {
      InputReport report =
          new InputReport(
              set.description(),
              set.images().size(),
              set.meanBytes(),
              workers,
              rounds,
              reduced,
              torchvision.map(TorchvisionPeer::versions),
              new InputBenchmark(set.images(), workers, reduced, torchvision).run(rounds));
      report.print(System.out);
      json.write(report.json());
    }
    return 0;
  }

  private ImageSet set() throws IOException {
    return images == null
        ? ImageSet.synthetic(SyntheticPhotos.likeImageNet(), count)
        : ImageSet.of(images, count);
  }

  private static void require(String option, int value) {
    if (value < 1) {
      throw new UserException(option + ": " + value + " must be at least 1");
    }
  }
}
