package dev.mto.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.data.folder.ImageFolder;
import dev.mto.engine.Baselines;
import dev.mto.engine.folder.FolderLock;
import dev.mto.engine.testing.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code data shard}: 48 images in two classes. */
class ShardCommandTest {
  @TempDir private Path folder;
  private Path train;
  private Path out;

  @BeforeEach
  void makeImages() {
    train = new TinyRun(Baselines.named("mae"), folder).root().resolve("train");
    out = folder.resolve("made/shards");
  }

  private Execution shard(String... more) {
    return shard(5, more);
  }

  private Execution shard(int shards, String... more) {
    return Execution.of(
        Execution.joined(
            new String[] {"data", "shard", train.toString(), "--out=" + out, "--shards=" + shards},
            more));
  }

  private Map<String, String> shards() throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> all = Files.list(out)) {
      for (Path file : all.filter(each -> each.toString().endsWith(".tar")).toList()) {
        contents.put(
            file.getFileName().toString(), DigestUtils.sha256Hex(Files.readAllBytes(file)));
      }
    }
    return contents;
  }

  @Test
  void theShardsAreTheImagesAndTheSameCommandGoesOnWhereItWasStopped() throws IOException {
    Execution first = shard("--name=tiny", "--json");
    assertThat(first.code()).as(first.toString()).isZero();
    JsonNode figures = new ObjectMapper().readTree(first.out());
    assertThat(figures.get("images").asInt()).isEqualTo(48);
    assertThat(figures.get("classes").asInt()).isEqualTo(2);
    ImageFolder source = ImageFolder.open(train);
    ImageFolder back = ImageFolder.open(Path.of(figures.get("shards").asText()));
    assertThat(back.size()).isEqualTo(48);
    assertThat(back.classes()).isEqualTo(source.classes());
    assertThat(ImageFolder.open(out).identity()).isEqualTo(back.identity());
    Map<String, String> whole = shards();
    assertThat(whole).hasSize(5).containsKey("tiny-000004.tar");

    Path killed = out.resolve("tiny-000003.tar");
    Files.move(killed, out.resolve("tiny-000003.tar.0123456789abcdef.tmp"));
    FileTime longAgo = FileTime.fromMillis(1_000_000);
    Files.setLastModifiedTime(out.resolve("tiny-000001.tar"), longAgo);
    Execution second = shard("--name=tiny");
    second.assertDone();
    assertThat(second.out())
        .contains("2 class folders", " images are there already, going on", "made " + out);
    assertThat(shards()).isEqualTo(whole);
    assertThat(Files.getLastModifiedTime(out.resolve("tiny-000001.tar"))).isEqualTo(longAgo);
    assertThat(out.resolve("tiny-000003.tar.0123456789abcdef.tmp")).doesNotExist();

    shard("--name=tiny", "--seed=2").assertRefused("shards.json", "tells of other shards");
    shard("--name=other").assertRefused("shards.json", "tells of other shards");
    assertThat(shards()).isEqualTo(whole);
  }

  @Test
  @SuppressWarnings("try")
  void aFolderOfOtherFilesOrInUseIsRefused() throws IOException {
    Files.createDirectories(out);
    Files.writeString(out.resolve("thesis.txt"), "mine");
    shard().assertRefused("holds other files");
    Files.delete(out.resolve("thesis.txt"));
    try (FolderLock lock = FolderLock.of(out)) {
      shard().assertRefused("is in use by another process");
    }
    out = train.resolve("shards");
    shard().assertRefused("shards: lies in " + train);
    assertThat(out).doesNotExist();
    out = folder.resolve("made/shards");
    shard("--name=../x").assertRefused("--name ../x: is to begin the names of files");
    shard(49).assertRefused("the number of shards is 49");
    shard(folder.resolve("none").toString()).assertRefused("none does not exist");
    assertThat(shards()).isEmpty();
  }

  @Test
  void anAddressOfThisMachineIsItsFolder() {
    Path there = folder.resolve("there");
    Execution.of("data", "shard", train.toString(), "--out=" + there.toUri(), "--shards=2")
        .assertDone();
    assertThat(ImageFolder.open(there).size()).isEqualTo(48);
  }

  @Test
  void unreadableImagesAreListedAndTooManyStopIt() throws IOException {
    Files.writeString(train.resolve("disc/000.png"), "no image");
    shard().assertRefused("1 of 48 images", "bad-images.txt");

    Execution lenient = shard("--max-bad-share=0.05", "--class-numbers");
    lenient.assertRefused("tells of other shards");
    lenient = shard("--max-bad-share=0.05");
    assertThat(lenient.out()).contains("1 images could not be read and are left out");
    assertThat(ImageFolder.open(out).size()).isEqualTo(47);
    assertThat(Files.readString(out.resolve("bad-images.txt"))).contains("000.png\t");

    out = folder.resolve("numbers");
    assertThat(shard("--max-bad-share=0.05", "--class-numbers").code()).isZero();
    assertThat(ImageFolder.open(out).classes()).containsExactly("0", "1");
    assertThat(out.resolve("shards-classes.txt")).hasContent("disc\nstripes\n");
  }
}
