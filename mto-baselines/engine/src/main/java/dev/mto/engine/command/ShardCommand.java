package dev.mto.engine.command;

import dev.mto.data.folder.BadImages;
import dev.mto.data.folder.ImageFolder;
import dev.mto.data.folder.ShardedImages;
import dev.mto.data.storage.Locations;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.ByteCount;
import dev.mto.engine.folder.FolderLock;
import dev.mto.engine.folder.ImageProgress;
import dev.mto.engine.shards.ClusterSharding;
import dev.mto.engine.shards.PackedShards;
import dev.mto.engine.shards.ShardFolder;
import dev.mto.engine.shards.ShardPlan;
import dev.mto.engine.shards.ShardStore;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
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
      "  ./mto data shard train.tar --out /nfs/shards --shards 1280 --cluster spark://HOST:7077 --workers 16",
      "  ./mto pretrain --config configs/mae-vit-base.yaml --set data.train=/data/shards"
    })
public final class ShardCommand implements Callable<Integer> {
  @Parameters(
      arity = "1..*",
      paramLabel = "DIR|TAR",
      description = "Images: folders, in classes or flat, or tar archives; see docs/data.md.")
  private List<String> sources;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description =
          "Folder to make. With --cluster it, and images too, may be at an address such as"
              + " hdfs://HOST/shards.")
  private String out;

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
          "Share of unreadable images, which are left out and listed in bad-images.txt, above which"
              + " it stops (default: ${DEFAULT-VALUE}).")
  private double maxBadShare = BadImages.USUAL_MAX_SHARE;

  @Option(
      names = "--cluster",
      paramLabel = "MASTER",
      description =
          "Has workers on an Apache Spark cluster pack, spark://HOST:PORT, or N threads of this"
              + " machine, local[N]. Spark is found by SPARK_HOME. The bytes are those of one"
              + " process.")
  private String cluster;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "With --cluster: how many pack at the same time (default: the N of local[N]).")
  private Integer workers;

  @Mixin private JsonOutput json = new JsonOutput();

  @Override
  public Integer call() {
    if (cluster == null && workers != null) {
      throw new UserException("--workers " + workers + ": is of --cluster; give that too");
    }
    if (workers != null && workers < 1) {
      throw new UserException("--workers " + workers + ": must be at least 1");
    }
    ShardPlan plan =
        new ShardPlan(new ArrayList<>(sources), out, name, shards, seed, numbers, maxBadShare);
    try {
      requireElsewhere();
      tell(
          cluster == null
              ? pack(plan)
              : ClusterSharding.found()
                  .pack(
                      plan.withAbsolutePaths(),
                      cluster,
                      PretrainCommand.workers(cluster, workers),
                      System.out));
    } catch (IllegalArgumentException e) {
      throw new UserException(e.getMessage(), e);
    }
    return 0;
  }

  private void requireElsewhere() {
    Path whole = Locations.path(out).toAbsolutePath().normalize();
    if (cluster == null && !Locations.isOfSystem(whole)) {
      throw new UserException(
          "--out %s: only --cluster writes there; name a folder of this machine".formatted(out));
    }
    for (String source : sources) {
      if (whole.startsWith(Locations.path(source).toAbsolutePath().normalize())) {
        throw new UserException(
            "--out %s: lies in %s, which it is made of; name a folder elsewhere"
                .formatted(out, source));
      }
    }
  }

  @SuppressWarnings("try") // the lock is held until all is written
  private PackedShards pack(ShardPlan plan) {
    Path root = Locations.path(out);
    try (ShardedImages images = plan.open(ShardCommand::tell)) {
      makeFolder(root);
      ShardFolder.requireOwn(root, FolderLock.NAME);
      try (FolderLock lock = FolderLock.of(root)) {
        ShardFolder folder = new ShardFolder(plan, images, ShardStore.ofSystem(root));
        folder.begin();
        write(folder, images);
        return folder.end();
      }
    }
  }

  /** Shows what images were found. */
  public static void tell(ImageFolder images) {
    System.out.printf(
        "%s: %d images, %s%n",
        images.root(),
        images.size(),
        images
            .readAs()
            .orElse(
                images.labelled()
                    ? images.classes().size() + " class folders"
                    : "without classes"));
    images.leftOutLine().ifPresent(System.out::println);
  }

  private static void makeFolder(Path root) {
    try {
      Files.createDirectories(root);
    } catch (IOException e) {
      throw FileException.writing(root, e);
    }
  }

  private void write(ShardFolder folder, ShardedImages images) {
    BadImages bad = BadImages.open(folder.list(), images.size(), maxBadShare);
    List<Integer> missing = folder.missing();
    int there = images.size() - missing.stream().mapToInt(images::size).sum();
    if (there > 0) {
      System.out.printf("%d images are there already, going on%n", there);
    }
    int[] done = {there};
    PrintStream console = System.out;
    try (ImageProgress progress = new ImageProgress(console, images.size(), there)) {
      for (int shard : missing) {
        folder.write(shard, bad, () -> progress.done(++done[0]));
      }
    }
  }

  private void tell(PackedShards packed) {
    if (packed.unreadable() > 0) {
      System.out.printf(
          "%d images could not be read and are left out: %s%n", packed.unreadable(), packed.list());
    }
    System.out.printf(
        "made %s: %d images, %s in %d shards%n",
        packed.range(), packed.images(), ByteCount.of(packed.bytes()), shards);
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("shards", packed.range());
    figures.put("images", packed.images());
    figures.put("classes", packed.classes());
    figures.put("unreadable", packed.unreadable());
    figures.put("bytes", packed.bytes());
    json.write(figures);
  }
}
