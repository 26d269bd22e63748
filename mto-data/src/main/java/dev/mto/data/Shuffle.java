package dev.mto.data;

import dev.mto.data.folder.ImageFolder;
import java.util.Arrays;

/** How the order of an epoch is drawn. */
public enum Shuffle {
  /** Every order of the images is as likely as any other; each image is a seek of its own. */
  EXACT,
  /**
   * Images that lie side by side in an archive come one after the other, and are read in long
   * pieces; see {@link Lanes}.
   */
  LANES;

  /**
   * Asks whether images can be shuffled so.
   *
   * @throws IllegalArgumentException in one line, if they lie in no archives, or in such as hold
   *     them class by class
   */
  public void require(ImageFolder images) {
    if (this == EXACT) {
      return;
    }
    int[][] shards = images.shards();
    if (shards.length == 0) {
      throw new IllegalArgumentException(
          images.root()
              + " holds files and no archives, which lanes are for: pack them (./mto data shard), or shuffle exactly");
    }
    double same = sameNeighbours(images, shards);
    double expected = expectedSame(images);
    if (same - expected > (1 - expected) / 2) {
      throw new IllegalArgumentException(
          "%s holds its images class by class (%.0f %% of them lie beside one of their class), and lanes keep neighbours together: pack them at random (./mto data shard), or shuffle exactly"
              .formatted(images.root(), 100 * same));
    }
  }

  /** Share of the pairs of neighbours that are of one class; 0 without classes. */
  private static double sameNeighbours(ImageFolder images, int[][] shards) {
    long pairs = 0;
    long same = 0;
    for (int[] shard : shards) {
      for (int i = 1; images.labelled() && i < shard.length; i++) {
        pairs++;
        same += images.label(shard[i]) == images.label(shard[i - 1]) ? 1 : 0;
      }
    }
    return pairs == 0 ? 0 : (double) same / pairs;
  }

  /** The same of pairs that are drawn at random. */
  private static double expectedSame(ImageFolder images) {
    int[] counts = new int[images.classes().size()];
    for (int i = 0; images.labelled() && i < images.size(); i++) {
      counts[images.label(i)]++;
    }
    return Arrays.stream(counts).mapToDouble(n -> (double) n / images.size()).map(p -> p * p).sum();
  }
}
