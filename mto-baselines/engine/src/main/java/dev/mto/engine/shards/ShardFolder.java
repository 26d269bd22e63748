package dev.mto.engine.shards;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.data.folder.BadImages;
import dev.mto.data.folder.ShardedImages;
import dev.mto.data.folder.TooManyBadImagesException;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A folder of shards of one plan. Each is there whole or not at all, and may be written by any
 * process; the manifest, which is written first, says which they are.
 */
public final class ShardFolder {
  private static final String MANIFEST = "shards.json";
  private static final String PART = "bad-images-\\d{6}\\.txt";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ShardPlan plan;
  private final ShardedImages images;
  private final ShardStore store;
  private final Path root;
  private final List<String> found = new ArrayList<>(); // unreadable, by this process alone
  private final BadImages bad;

  public ShardFolder(ShardPlan plan, ShardedImages images, ShardStore store) {
    this.plan = plan;
    this.images = images;
    this.store = store;
    this.root = store.root();
    this.bad =
        BadImages.handing(
            (path, reason) -> found.add(path + "\t" + reason), images.size(), plan.maxBadShare());
  }

  /**
   * Asks whether a folder is one of shards, or may become one.
   *
   * @param besides a file that may lie there
   * @throws UserException where other files are in it
   */
  public static void requireOwn(Path root, String besides) {
    Set<String> there = names(root);
    if (!there.contains(MANIFEST) && !Set.of(besides).containsAll(there)) {
      throw new UserException(
          "--out %s: holds other files; name an empty or a new folder".formatted(root));
    }
  }

  /** The files in a folder; none where there is no folder. */
  private static SortedSet<String> names(Path root) {
    SortedSet<String> names = new TreeSet<>();
    if (Files.exists(root)) {
      try (Stream<Path> all = Files.list(root)) {
        all.forEach(file -> names.add(file.getFileName().toString()));
      } catch (IOException e) {
        throw FileException.reading(root, e);
      }
    }
    return names;
  }

  /**
   * Says which shards are in the folder, and takes away what killed processes left.
   *
   * @throws UserException where others were begun there
   * @throws TooManyBadImagesException if more is unreadable than is allowed
   */
  public void begin() {
    if (Files.exists(root.resolve(MANIFEST))) {
      requireSame();
    } else {
      put(MANIFEST, manifest());
    }
    store.sweep();
    gatherLists();
    requireFewUnreadable();
    if (plan.numbers()) {
      put(plan.name() + "-classes.txt", String.join("\n", images.classes()) + "\n");
    }
  }

  private void requireSame() {
    if (!read(MANIFEST).equals(manifest())) {
      throw new UserException(
          "%s: tells of other shards: their images, number, seed or name differ; name another --out"
              .formatted(root.resolve(MANIFEST)));
    }
  }

  /**
   * Asks whether this process sees the folder and the images that another has begun with.
   *
   * @param who asks
   * @throws UserException where not
   */
  public void requireBegun(String who) {
    if (Files.notExists(root.resolve(MANIFEST)) || !read(MANIFEST).equals(manifest())) {
      throw new UserException(
          "%s does not see the images, or not %s of them, as the driver does; give images and --out on storage that all machines have under the same name"
              .formatted(who, root.resolve(MANIFEST)));
    }
  }

  private String manifest() {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("identity", images.identity());
    facts.put("name", plan.name());
    facts.put("images", images.size());
    facts.put("classes", images.classes().size());
    facts.put("class_numbers", plan.numbers());
    facts.put("shards", plan.shards());
    facts.put("seed", plan.seed());
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(facts) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private String file(int shard) {
    return ShardedImages.fileName(plan.name(), shard);
  }

  /** Those that are not there yet, in order. */
  public List<Integer> missing() {
    Set<String> there = names(root);
    return IntStream.range(0, plan.shards())
        .filter(shard -> !there.contains(file(shard)))
        .boxed()
        .toList();
  }

  /**
   * Makes a shard.
   *
   * @param all receives unreadable images, as {@link ShardedImages#write} tells them
   * @param done is run after each image
   */
  public void write(int shard, BadImages all, Runnable done) {
    store.put(file(shard), out -> images.write(shard, out, all, done));
  }

  /**
   * Makes a shard as one of several processes, if it is not there. Unreadable images that this
   * process has found are listed before it is, and also where they are too many.
   *
   * @throws TooManyBadImagesException if this process alone has found too many
   */
  public void writeApart(int shard) {
    if (Files.exists(root.resolve(file(shard)))) {
      return;
    }
    int before = found.size();
    store.put(
        file(shard),
        out -> {
          try {
            images.write(shard, out, bad, () -> {});
          } finally {
            if (found.size() > before) {
              put(String.format(Locale.ROOT, "bad-images-%06d.txt", shard), text(found));
            }
          }
        });
  }

  /**
   * Makes one list of all unreadable images of shards that are there; the lists of processes may
   * have some in common.
   */
  private void gatherLists() {
    List<String> parts = names(root).stream().filter(name -> name.matches(PART)).toList();
    String before = Files.exists(list()) ? read(BadImages.FILE_NAME) : "";
    Map<String, String> lines = new LinkedHashMap<>();
    images
        .bad()
        .forEach(bad -> lines.put(BadImages.line(bad).split("\t", 2)[0], BadImages.line(bad)));
    Stream.concat(Stream.of(before), parts.stream().map(this::read))
        .flatMap(String::lines)
        .forEach(line -> lines.putIfAbsent(line.split("\t", 2)[0], line));
    if (!lines.isEmpty()) {
      missing().stream()
          .flatMap(images::paths)
          .forEach(image -> lines.remove(BadImages.listed(image)));
    }
    String now = text(lines.values());
    if (now.isEmpty()) {
      store.delete(BadImages.FILE_NAME);
    } else if (!now.equals(before)) {
      put(BadImages.FILE_NAME, now);
    }
    parts.forEach(store::delete);
  }

  private static String text(Collection<String> lines) {
    return lines.stream().map(line -> line + System.lineSeparator()).collect(Collectors.joining());
  }

  /** Of unreadable images. */
  public Path list() {
    return root.resolve(BadImages.FILE_NAME);
  }

  /**
   * Tells of all shards, when none is missing.
   *
   * @throws TooManyBadImagesException if the processes together found more than are allowed
   */
  public PackedShards end() {
    gatherLists();
    int unreadable = requireFewUnreadable();
    long bytes = 0;
    for (int shard = 0; shard < plan.shards(); shard++) {
      bytes += size(root.resolve(file(shard)));
    }
    return new PackedShards(
        root.resolve(ShardedImages.range(plan.name(), plan.shards())).toString(),
        images.size() - (unreadable - images.bad().size()),
        images.classes().size(),
        unreadable,
        bytes,
        list());
  }

  /** How many are listed. */
  private int requireFewUnreadable() {
    List<String> lines =
        Files.exists(list()) ? read(BadImages.FILE_NAME).lines().toList() : List.of();
    int unreadable = lines.size();
    if (unreadable > plan.maxBadShare() * images.size()) {
      throw new TooManyBadImagesException(
          unreadable,
          images.size(),
          plan.maxBadShare(),
          lines.get(unreadable - 1).replaceFirst("\t(.*)", " ($1)"),
          list());
    }
    return unreadable;
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw FileException.reading(file, e);
    }
  }

  private void put(String name, String text) {
    store.put(name, out -> out.write(text.getBytes(UTF_8)));
  }

  private String read(String name) {
    try {
      return Files.readString(root.resolve(name));
    } catch (IOException e) {
      throw FileException.reading(root.resolve(name), e);
    }
  }
}
