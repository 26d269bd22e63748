package dev.mto.data;

import dev.mto.data.random.RandomStream;
import java.util.random.RandomGenerator;

/**
 * An order for storage where seeking is dear, as spinning disks and objects: shards are dealt out
 * to as many lanes as a step has micro-batches, and lane m feeds micro-batch m. Within a lane
 * blocks of {@value #BLOCK} images that lie side by side are shuffled, and each is read from end to
 * end.
 *
 * <p>The shards follow each other at random, and their images as they lie; this ring is begun at a
 * random image and cut into lanes of equal length, so that a shard may be of two lanes, and each
 * image comes to each place of the epoch with the same probability. What is not uniform: the images
 * of a block come one after the other in every epoch, and so into the same micro-batch, but where
 * one ends. Shards are to be filled at random for it. A pure function of seed and epoch.
 */
final class Lanes {
  /** Images of a block: some MB of photos, whose reading takes longer than the seek to them. */
  static final int BLOCK = 32;

  private Lanes() {}

  /**
   * All images once; those that fill no step are the last.
   *
   * @param shards images of each shard as they lie there
   * @param lanes micro-batches of a step
   * @param batch images of a micro-batch
   */
  static int[] order(int[][] shards, int lanes, int batch, long seed, int epoch) {
    RandomGenerator random = RandomStream.of(seed, "lanes", epoch);
    int[] ring = ring(shards, random);
    int steps = (int) (ring.length / ((long) lanes * batch));
    int length = steps * batch;
    int[] order = new int[ring.length];
    for (int lane = 0; lane < lanes; lane++) {
      int first = lane * length;
      int place = 0;
      for (int block : RandomStream.permutation((length + BLOCK - 1) / BLOCK, random)) {
        int end = Math.min(length, (block + 1) * BLOCK);
        for (int i = block * BLOCK; i < end; i++, place++) {
          int microBatch = place / batch * lanes + lane;
          order[microBatch * batch + place % batch] = ring[first + i];
        }
      }
    }
    int used = lanes * length;
    System.arraycopy(ring, used, order, used, ring.length - used);
    return order;
  }

  /** All images, of shards in random order, from a random one on. */
  private static int[] ring(int[][] shards, RandomGenerator random) {
    int[] sequence = new int[images(shards)];
    int filled = 0;
    for (int shard : RandomStream.permutation(shards.length, random)) {
      System.arraycopy(shards[shard], 0, sequence, filled, shards[shard].length);
      filled += shards[shard].length;
    }
    int begin = random.nextInt(sequence.length);
    int[] ring = new int[sequence.length];
    System.arraycopy(sequence, begin, ring, 0, sequence.length - begin);
    System.arraycopy(sequence, 0, ring, sequence.length - begin, begin);
    return ring;
  }

  private static int images(int[][] shards) {
    int images = 0;
    for (int[] shard : shards) {
      images += shard.length;
    }
    return images;
  }
}
