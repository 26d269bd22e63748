package dev.mto.engine.optimizer;

import dev.mto.executor.kernels.KernelSets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Loops over float32 arrays outside the heap, by all processors. A piece at a time is brought into
 * arrays of the heap, whose loops the virtual machine turns into vector instructions. The pieces do
 * not depend on the number of processors, so neither do sums over them.
 */
final class HostArrays {
  private static final int PIECE = 1 << 16;
  private static final int STAGED = 4096;

  private HostArrays() {}

  /** Whether all arrays are float32, dense in c order and in memory that this process can read. */
  static boolean areSuited(Iterable<INDArray> arrays) {
    if (!KernelSets.fastOnHost()) {
      return false;
    }
    for (INDArray array : arrays) {
      if (array.dataType() != DataType.FLOAT
          || !Arrays.equals(array.stride(), Nd4j.getStrides(array.shape(), 'c'))) {
        return false;
      }
    }
    return true;
  }

  /** Part of one of several arrays. */
  private record Piece(int index, long from, int length) {}

  /** What is done with a stretch of each of a group's arrays. */
  interface Body {
    /**
     * Works on the first {@code length} elements of {@code staged}, which are a stretch of the
     * group's arrays.
     *
     * @param group index of the group
     * @return a term of the sum that the loop returns
     */
    double apply(int group, float[][] staged, int length);
  }

  /**
   * Loops over groups of arrays of equal length.
   *
   * @param groups arrays that belong together, e.g. a parameter and its moments
   * @param written how many of the first arrays of a group are written back
   * @return the sum of what the body returned
   */
  static double forEach(List<INDArray[]> groups, int written, Body body) {
    List<Piece> pieces = new ArrayList<>();
    for (int group = 0; group < groups.size(); group++) {
      long length = groups.get(group)[0].length();
      for (long from = 0; from < length; from += PIECE) {
        pieces.add(new Piece(group, from, (int) Math.min(PIECE, length - from)));
      }
    }
    double[] sums = new double[pieces.size()];
    IntStream.range(0, sums.length)
        .parallel()
        .forEach(i -> sums[i] = run(pieces.get(i), groups, written, body));
    double sum = 0;
    for (double part : sums) {
      sum += part;
    }
    return sum;
  }

  private static double run(Piece piece, List<INDArray[]> groups, int written, Body body) {
    INDArray[] arrays = groups.get(piece.index());
    float[][] staged = new float[arrays.length][STAGED];
    FloatPointer[] pointers = new FloatPointer[arrays.length];
    for (int a = 0; a < arrays.length; a++) {
      pointers[a] =
          new FloatPointer(arrays[a].data().pointer())
              .getPointer(arrays[a].offset() + piece.from());
    }
    double sum = 0;
    for (int at = 0; at < piece.length(); at += STAGED) {
      int length = Math.min(STAGED, piece.length() - at);
      for (int a = 0; a < arrays.length; a++) {
        pointers[a].position(at).get(staged[a], 0, length);
      }
      sum += body.apply(piece.index(), staged, length);
      for (int a = 0; a < written; a++) {
        pointers[a].position(at).put(staged[a], 0, length);
      }
    }
    return sum;
  }
}
