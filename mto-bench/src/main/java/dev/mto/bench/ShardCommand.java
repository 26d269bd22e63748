package dev.mto.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.data.folder.BadImages;
import dev.mto.data.folder.ImageFolder;
import dev.mto.data.folder.ShardedImages;
import dev.mto.engine.command.JsonOutput;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.AtomicFiles;
import dev.mto.engine.folder.ByteCount;
import dev.mto.engine.folder.FolderLock;
import dev.mto.evaluation.ImageProgress;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code data shard}. */
@Command(
    name = "shard",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Packs images into WebDataset's shards, tar archives that are filled at random, so that object"
          + " storage and spinning disks read them in long pieces. Files stay as they are; of each"
          + " image 000123456.jpg and, where there are classes, 000123456.cls with its class.",
      "The same images, seed and number of shards give the same bytes. A shard is there whole or not"
          + " at all; the same command goes on where it was stopped."
    },
    footer = {
      "",
      "Examples:",
      "  ./mto data shard /data/ILSVRC2012_img_train.tar --out /data/shards --shards 1280",
      "  ./mto data shard photos scans.tar --out shards --shards 16 --name photos --seed 7",
      "  ./mto pretrain --config configs/mae-vit-base.yaml --set data.train=/data/shards"
    })
final class ShardCommand implements Callable<Integer> {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}");
  private static final String MANIFEST = "shards.json";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int BUFFER = 1 << 20;

  @Parameters(
      arity = "1..*",
      paramLabel = "DIR|TAR",
      description = "Images: folders, in classes or flat, or tar archives; see docs/data.md.")
  private List<Path> sources;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder to make.")
  private Path out;

  @Option(
      names = "--shards",
      required = true,
      paramLabel = "N",
      description = "How many; each has as many images as any other, or one more.")
  private int shards;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Files are NAME-000000.tar and so on (default: ${DEFAULT-VALUE}).")
  private String name = "shards";

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Says which images come together (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(
      names = "--class-numbers",
      description =
          "Writes the numbers of classes, as the decoder of WebDataset itself wants them, instead of"
              + " their names; NAME-classes.txt names them in order.")
  private boolean numbers;

  @Option(
      names = "--max-bad-share",
      paramLabel = "SHARE",
      description =
          "Share of unreadable images, which are left out and listed in bad-images.txt, at which it"
              + " stops (default: ${DEFAULT-VALUE}).")
  private double maxBadShare = BadImages.USUAL_MAX_SHARE;

  @Mixin private JsonOutput json = new JsonOutput();

  @Override
  @SuppressWarnings("try") // the lock is held until all is written
  public Integer call() throws IOException {
    if (!NAME.matcher(name).matches()) {
      throw new UserException(
          "--name %s: is to begin the names of files; give letters, digits, -, _ and ."
              .formatted(name));
    }
    Path whole = out.toAbsolutePath().normalize();
    for (Path source : sources) {
      if (whole.startsWith(source.toAbsolutePath().normalize())) {
        throw new UserException(
            "--out %s: lies in %s, which it is made of; name a folder elsewhere"
                .formatted(out, source));
      }
    }
    ShardedImages images;
    BadImages bad;
    try {
      images =
          new ShardedImages(sources.stream().map(this::opened).toList(), shards, seed, numbers);
      makeFolder();
      bad = BadImages.open(out.resolve(BadImages.FILE_NAME), images.size(), maxBadShare);
    } catch (IllegalArgumentException e) {
      throw new UserException(e.getMessage(), e);
    }
    try (FolderLock lock = FolderLock.of(out)) {
      begin(images);
      write(images, bad);
      tell(images, bad);
    } catch (IllegalArgumentException e) {
      throw new UserException(e.getMessage(), e);
    }
    return 0;
  }

  private ImageFolder opened(Path source) {
    ImageFolder images = ImageFolder.open(source);
    System.out.printf(
        "%s: %d images, %s%n",
        source,
        images.size(),
        images
            .readAs()
            .orElse(
                images.labelled()
                    ? images.classes().size() + " class folders"
                    : "without classes"));
    return images;
  }

  /** An empty one, or one in which shards were begun. */
  private void makeFolder() {
    try {
      Files.createDirectories(out);
      try (Stream<Path> all = Files.list(out)) {
        if (Files.notExists(out.resolve(MANIFEST))
            && !all.allMatch(file -> file.endsWith(FolderLock.NAME))) {
          throw new UserException(
              "--out %s: holds other files; name an empty or a new folder".formatted(out));
        }
      }
    } catch (IOException e) {
      throw FileException.writing(out, e);
    }
  }

  /** Says which shards are in the folder, or asks whether those that were begun are the same. */
  private void begin(ShardedImages images) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("identity", images.identity());
    facts.put("name", name);
    facts.put("images", images.size());
    facts.put("classes", images.classes().size());
    facts.put("class_numbers", numbers);
    facts.put("shards", shards);
    facts.put("seed", seed);
    Path manifest = out.resolve(MANIFEST);
    try {
      String text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(facts) + "\n";
      if (Files.notExists(manifest)) {
        AtomicFiles.writeString(manifest, text);
      } else if (!Files.readString(manifest).equals(text)) {
        throw new UserException(
            "%s: tells of other shards: their images, number, seed or name differ; name another --out"
                .formatted(manifest));
      }
    } catch (IOException e) {
      throw FileException.reading(manifest, e);
    }
    AtomicFiles.sweep(out);
    if (numbers) {
      AtomicFiles.writeString(
          out.resolve(name + "-classes.txt"), String.join("\n", images.classes()) + "\n");
    }
  }

  private Path file(int shard) {
    return out.resolve(ShardedImages.fileName(name, shard));
  }

  private void write(ShardedImages images, BadImages bad) {
    int there =
        IntStream.range(0, shards)
            .filter(shard -> Files.exists(file(shard)))
            .map(images::size)
            .sum();
    if (there > 0) {
      System.out.printf("%d images are there already, going on%n", there);
    }
    int[] done = {there};
    PrintStream console = System.out;
    try (ImageProgress progress = new ImageProgress(console, images.size(), there)) {
      for (int i = 0; i < shards; i++) {
        int shard = i;
        if (Files.exists(file(shard))) {
          continue;
        }
        AtomicFiles.write(
            file(shard),
            temporary -> {
              try (OutputStream to =
                  new BufferedOutputStream(Files.newOutputStream(temporary), BUFFER)) {
                images.write(shard, to, bad, () -> progress.done(++done[0]));
              }
            });
      }
    }
  }

  private void tell(ShardedImages images, BadImages bad) throws IOException {
    long bytes = 0;
    for (int shard = 0; shard < shards; shard++) {
      bytes += Files.size(file(shard));
    }
    if (bad.count() > 0) {
      System.out.printf(
          "%d images could not be read and are left out: %s%n", bad.count(), bad.list());
    }
    Path range = out.resolve(ShardedImages.range(name, shards));
    System.out.printf(
        "made %s: %d images, %s in %d shards%n",
        range, images.size() - bad.count(), ByteCount.of(bytes), shards);
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("shards", range.toString());
    figures.put("images", images.size() - bad.count());
    figures.put("classes", images.classes().size());
    figures.put("unreadable", bad.count());
    figures.put("bytes", bytes);
    json.write(figures);
  }
}
