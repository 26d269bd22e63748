package dev.mto.engine.optimizer;

/**
 * The order in which a step's gradients are summed, one for each number of micro-batches: halves of
 * the step are summed by themselves and then added, and so are their halves, as long as the number
 * is even; what is left, an odd number of micro-batches, is summed one after the other. For two and
 * for odd numbers that is one after the other altogether; for eight it is {@code ((0+1)+(2+3)) +
 * ((4+5)+(6+7))}. Where 2, 4, 8 … workers take a half, quarter, eighth … each and add their sums in
 * pairs of neighbours, the additions are the same.
 *
 * <p>The micro-batches come in turn and are not kept, so that at most 1 + log2(count) sums are.
 */
final class GradientTree {
  private GradientTree() {}

  /**
   * Sums that are not complete yet, in slots from 0 on.
   *
   * @param <G> gradients of a micro-batch
   */
  interface Sums<G> {
    /** Fills a slot with gradients, whatever was there. */
    void put(int slot, G gradients);

    /** Adds gradients to those in a slot. */
    void add(int slot, G gradients);

    /** Adds the slot above to {@code slot}. */
    void merge(int slot);
  }

  /** How many slots are used for so many micro-batches; none for one, which is the sum itself. */
  static int slots(int count) {
    return count == 1 ? 0 : sums(count);
  }

  /** As {@link #slots}, where that of one is wanted in a slot, too. */
  static int sums(int count) {
    int halvings = Integer.numberOfTrailingZeros(count);
    return Math.max(1, count == 1 << halvings ? halvings : halvings + 1);
  }

  /**
   * Takes the gradients of the next micro-batch. After the last one, slot 0 has the sum of all.
   *
   * @param index of the micro-batch, from 0
   * @param count micro-batches in all
   */
  static <G> void take(Sums<G> sums, int index, int count, G gradients) {
    int inTurn = count / Integer.lowestOneBit(count);
    int group = index / inTurn;
    int top = Integer.bitCount(group); // each 1 of the groups done is a slot in use
    int merges = Integer.numberOfTrailingZeros(group + 1);
    if (inTurn == 1 && merges > 0) {
      top--;
      merges--;
      sums.add(top, gradients); // its neighbour is alone there
    } else if (index % inTurn == 0) {
      sums.put(top, gradients);
    } else {
      sums.add(top, gradients);
    }
    if (index % inTurn == inTurn - 1) {
      for (int done = 0; done < merges; done++) {
        top--;
        sums.merge(top);
      }
    }
  }
}
