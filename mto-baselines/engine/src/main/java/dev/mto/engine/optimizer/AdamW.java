package dev.mto.engine.optimizer;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.updaters.AdamUpdater;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * AdamW with decoupled weight decay (Loshchilov and Hutter), as PyTorch computes it: {@code p *= 1
 * - lr * decay}, then {@code p -= lr * m̂ / (√v̂ + ε)}. Parameters are updated in place.
 *
 * <p>ND4J's Adam operation adds ε to the uncorrected √v and cannot take a learning rate of 0. It is
 * used here with its own bias correction switched off (an iteration so late that it is 1), ε times
 * √(1-β₂ᵗ) and the corrected learning rate.
 */
public final class AdamW implements AutoCloseable {
  private static final int NO_BIAS_CORRECTION = Integer.MAX_VALUE - 1;

  private final Map<String, INDArray> parameters;
  private final Map<String, INDArray> first = new LinkedHashMap<>();
  private final Map<String, INDArray> second = new LinkedHashMap<>();
  private final Predicate<String> decayed;
  private final double beta1;
  private final double beta2;
  private final double epsilon;
  private final double weightDecay;
  private final INDArray scratch;
  private long step;

  /**
   * An optimizer whose moments are zero.
   *
   * @param parameters arrays to update in place, by name
   * @param decayed whether weight decay applies to the parameter of that name
   */
  public AdamW(
      Map<String, INDArray> parameters,
      Predicate<String> decayed,
      double beta1,
      double beta2,
      double epsilon,
      double weightDecay) {
    this.parameters = new LinkedHashMap<>(parameters);
    this.decayed = decayed;
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
    this.weightDecay = weightDecay;
    long longest = 1;
    DataType type = DataType.FLOAT;
    for (Map.Entry<String, INDArray> entry : this.parameters.entrySet()) {
      INDArray parameter = entry.getValue();
      first.put(entry.getKey(), Nd4j.zeros(parameter.dataType(), parameter.shape()));
      second.put(entry.getKey(), Nd4j.zeros(parameter.dataType(), parameter.shape()));
      longest = Math.max(longest, parameter.length());
      type = parameter.dataType();
    }
    scratch = Nd4j.createUninitialized(type, longest);
  }

  /**
   * One update.
   *
   * @param gradients by parameter name; a parameter without one keeps its value and moments
   */
  public void step(Map<String, INDArray> gradients, double learningRate) {
    step++;
    double correction1 = 1 - Math.pow(beta1, (double) step);
    double correction2 = Math.sqrt(1 - Math.pow(beta2, (double) step));
    double rate = learningRate * correction2 / correction1;
    for (Map.Entry<String, INDArray> entry : gradients.entrySet()) {
      String name = entry.getKey();
      INDArray parameter = parameters.get(name);
      INDArray update = scratchFor(parameter);
      Nd4j.exec(
          new AdamUpdater(
              entry.getValue(),
              second.get(name),
              first.get(name),
              update,
              second.get(name),
              first.get(name),
              rate > 0 ? rate : 1,
              beta1,
              beta2,
              epsilon * correction2,
              NO_BIAS_CORRECTION));
      if (rate > 0) {
        if (decayed.test(name)) {
          parameter.muli(1 - learningRate * weightDecay);
        }
        parameter.subi(update);
      }
    }
  }

  private INDArray scratchFor(INDArray like) {
    return scratch.get(NDArrayIndex.interval(0, like.length())).reshape('c', like.shape());
  }

  /** Updates made so far. */
  public long steps() {
    return step;
  }

  /** Continues after {@code steps} updates whose moments have been put into {@link #state}. */
  public void resumeAt(long steps) {
    step = steps;
  }

  /**
   * The live moments: {@code optimizer.exp_avg/NAME} and {@code optimizer.exp_avg_sq/NAME}, shaped
   * as the parameters.
   */
  public Map<String, INDArray> state() {
    Map<String, INDArray> state = new LinkedHashMap<>();
    first.forEach((name, array) -> state.put("optimizer.exp_avg/" + name, array));
    second.forEach((name, array) -> state.put("optimizer.exp_avg_sq/" + name, array));
    return state;
  }

  @Override
  public void close() {
    first.values().forEach(INDArray::close);
    second.values().forEach(INDArray::close);
    scratch.close();
  }
}
