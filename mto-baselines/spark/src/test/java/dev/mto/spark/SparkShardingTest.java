package dev.mto.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.data.folder.ShardedImages;
import dev.mto.engine.command.CommandLines;
import dev.mto.engine.command.ShardCommand;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.shards.ClusterSharding;
import dev.mto.engine.shards.PackedShards;
import dev.mto.engine.shards.ShardFolder;
import dev.mto.engine.shards.ShardPlan;
import dev.mto.engine.shards.ShardStore;
import dev.mto.engine.testing.TinyRun;
import dev.mto.simmim.SimMim;
import dev.mto.spark.hadoop.LocalStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code data shard} by two workers against one process: 48 images in two classes. */
class SparkShardingTest {
  private static final int SHARDS = 5;

  @TempDir private Path root;
  private Path train;
  private Path broken;

  @BeforeEach
  void makeImages() throws IOException {
    LocalStore.homeIn(Files.createDirectory(root.resolve("home")));
    LocalStore.register();
    train = new TinyRun(new SimMim(), root).root().resolve("train");
    broken = train.resolve("disc/000.png");
  }

  @AfterEach
  void forget() {
    LocalStore.homeAgain();
    System.clearProperty("spark.master");
    System.clearProperty("spark.ui.enabled");
  }

  private int shard(String out, String... more) {
    return CommandLines.run(
        new ShardCommand(),
        Stream.concat(
                Stream.of(train.toString(), "--out=" + root.resolve(out), "--shards=" + SHARDS),
                Stream.of(more))
            .toArray(String[]::new));
  }

  private static ShardPlan plan(String source, String out) {
    return new ShardPlan(new ArrayList<>(List.of(source)), out, "shards", SHARDS, 1, false, 0.01);
  }

  /** What the files in a folder hold, but those of locks. */
  private Map<String, String> files(String folder) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> all = Files.list(root.resolve(folder))) {
      for (Path file : all.filter(each -> !each.endsWith("run.lock")).toList()) {
        contents.put(
            file.getFileName().toString(), HexFormat.of().formatHex(Files.readAllBytes(file)));
      }
    }
    return contents;
  }

  /** The same when the workers that were still at a shard have made it. */
  private Map<String, String> settled(String folder) throws Exception {
    Set<String> before = Set.of();
    for (int i = 0; i < 100; i++) {
      Set<String> now = Set.of(root.resolve(folder).toFile().list());
      if (now.equals(before) && now.stream().noneMatch(name -> name.endsWith(".tmp"))) {
        break;
      }
      before = now;
      Thread.sleep(100);
    }
    return files(folder);
  }

  @Test
  void workersMakeTheFilesOfTheCommandHere() throws IOException {
    Files.writeString(broken, "no image");
    assertThat(shard("one", "--max-bad-share=0.05")).isZero();
    assertThat(shard("cluster", "--max-bad-share=0.05", "--cluster=local[2]")).isZero();
    assertThat(files("cluster"))
        .isEqualTo(files("one"))
        .hasSize(SHARDS + 2)
        .containsKeys("bad-images.txt", "shards.json", "shards-000004.tar");

    System.setProperty("spark.master", "local[2]");
    System.setProperty("spark.ui.enabled", "false");
    Shard.main(
        new String[] {
          train.toString(),
          "--out=" + root.resolve("submitted"),
          "--shards=" + SHARDS,
          "--max-bad-share=0.05",
          "--workers=3"
        });
    assertThat(files("submitted")).isEqualTo(files("one"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "hdfs"})
  void aWorkerThatFailsLeavesNoHalfShardAndTheNextJobMakesTheRest(String scheme) throws Exception {
    assertThat(shard("one")).isZero();
    Map<String, String> one = files("one");
    byte[] whole = Files.readAllBytes(broken);
    Files.write(broken, new byte[whole.length]);
    Path out = root.resolve("cluster");
    ShardPlan plan =
        scheme.isEmpty()
            ? plan(train.toString(), out.toString())
            : plan(LocalStore.address(scheme, train), LocalStore.address(scheme, out));
    assertThatThrownBy(() -> ClusterSharding.found().pack(plan, "local[2]", 2, System.out))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("1 of 48 images (2.08 %) cannot be read");
    Map<String, String> some = settled("cluster");
    assertThat(some)
        .doesNotContainKey("shards-000000.tar")
        .containsKeys("shards.json", "bad-images-000000.txt");
    some.remove("bad-images-000000.txt");
    assertThat(one).containsAllEntriesOf(some);

    Files.write(broken, whole);
    PackedShards packed = ClusterSharding.found().pack(plan, "local[2]", 2, System.out);
    assertThat(packed.images()).isEqualTo(48);
    assertThat(packed.unreadable()).isZero();
    assertThat(files("cluster")).isEqualTo(one);
  }

  @Test
  void aWorkerThatDoesNotSeeImagesAndFolderOfTheDriverIsNamed() {
    ShardPlan plan = plan(train.toString(), root.toString());
    try (ShardedImages images = plan.open(opened -> {})) {
      ShardFolder folder = new ShardFolder(plan, images, ShardStore.ofSystem(root));
      assertThatThrownBy(() -> folder.requireBegun("worker b"))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("worker b does not see the images")
          .hasMessageContaining("on storage that all machines have");
      folder.begin();
      folder.requireBegun("worker b");
    }
  }
}
