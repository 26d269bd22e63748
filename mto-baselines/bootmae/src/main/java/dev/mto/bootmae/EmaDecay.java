package dev.mto.bootmae;

import java.util.List;

/**
 * The decay of the teacher's moving average by epoch: linear between knots, constant after the
 * last. The official base recipe goes .999 → .9999 → .99999 at epochs 0, 100 and 400; the official
 * large recipe stops at the second.
 *
 * @param values at epoch 0 and at each of {@code epochs}
 * @param epochs ascending, one fewer than {@code values}
 */
record EmaDecay(List<Double> values, List<Integer> epochs) {
  /** The decay in {@code epoch}, from 0. */
  double at(int epoch) {
    int from = 0;
    for (int i = 0; i < epochs.size(); i++) {
      int to = epochs.get(i);
      if (epoch < to) {
        double start = values.get(i);
        return start + (values.get(i + 1) - start) * (epoch - from) / (to - from);
      }
      from = to;
    }
    return values.get(values.size() - 1);
  }
}
