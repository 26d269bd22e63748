package dev.mto.engine.shards;

import dev.mto.data.folder.ImageFolder;
import dev.mto.data.folder.ShardedImages;
import dev.mto.data.storage.Locations;
import dev.mto.engine.errors.UserException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Which shards are made of which images: all that their bytes depend on.
 *
 * @param sources folders and archives, by paths or addresses
 * @param out the folder of the shards
 * @param name that their files begin with
 * @param shards how many
 * @param seed says which images come together
 * @param numbers whether classes are written as numbers
 * @param maxBadShare largest share of images that may be unreadable, in [0, 1]
 */
public record ShardPlan(
    ArrayList<String> sources,
    String out,
    String name,
    int shards,
    long seed,
    boolean numbers,
    double maxBadShare)
    implements Serializable {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}");

  public ShardPlan {
    if (!NAME.matcher(name).matches()) {
      throw new UserException(
          "--name %s: is to begin the names of files; give letters, digits, -, _ and ."
              .formatted(name));
    }
    if (!(maxBadShare >= 0 && maxBadShare <= 1)) {
      throw new UserException("--max-bad-share %s: must be in [0, 1]".formatted(maxBadShare));
    }
  }

  /** The same with paths that do not depend on where a worker runs. */
  public ShardPlan withAbsolutePaths() {
    return new ShardPlan(
        new ArrayList<>(sources.stream().map(ShardPlan::absolute).toList()),
        absolute(out),
        name,
        shards,
        seed,
        numbers,
        maxBadShare);
  }

  private static String absolute(String path) {
    return Locations.path(path).toAbsolutePath().normalize().toString();
  }

  /**
   * Opens the images.
   *
   * @param opened is shown each source
   * @throws UserException in one line, if they cannot be dealt out
   */
  public ShardedImages open(Consumer<ImageFolder> opened) {
    List<ImageFolder> folders = new ArrayList<>();
    try {
      for (String source : sources) {
        folders.add(ImageFolder.open(Locations.path(source)));
        opened.accept(folders.get(folders.size() - 1));
      }
      return new ShardedImages(folders, shards, seed, numbers);
    } catch (IllegalArgumentException e) {
      folders.forEach(ImageFolder::close);
      throw new UserException(e.getMessage(), e);
    }
  }
}
