package dev.mto.engine.run;

import java.util.Map;

/**
 * A row of {@code metrics.jsonl}.
 *
 * @param step steps done, from 1
 * @param epoch epochs done, with the fraction of the current one
 * @param values numbers and, for heterogeneity, {@code double[]}, by name
 */
record StepMetrics(long step, double epoch, Map<String, Object> values) {
  double number(String name) {
    return values.get(name) instanceof Number n ? n.doubleValue() : Double.NaN;
  }
}
