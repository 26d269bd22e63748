package dev.mto.engine.optimizer;

import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.kernels.Updates;
import dev.mto.executor.state.LiveState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.updaters.AdamUpdater;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * AdamW with decoupled weight decay (Loshchilov and Hutter), as PyTorch computes it: {@code p *= 1
 * - lr * decay}, then {@code p -= lr * m̂ / (√v̂ + ε)}. Parameters are updated in place.
 *
 * <p>Float32 parameters in host memory are updated in one pass. For others ND4J's operation is
 * used, which adds ε to the uncorrected √v and cannot take a learning rate of 0: it is used with
 * its own bias correction switched off (an iteration so late that it is 1), ε times √(1-β₂ᵗ) and
 * the corrected learning rate.
 */
public final class AdamW implements Optimizer {
  private static final int NO_BIAS_CORRECTION = Integer.MAX_VALUE - 1;

  private final Map<String, INDArray> parameters;
  private final Map<String, INDArray> first = new LinkedHashMap<>();
  private final Map<String, INDArray> second = new LinkedHashMap<>();
  private final Function<String, ParameterGroup> groups;
  private final double beta1;
  private final double beta2;
  private final double epsilon;
  private final double weightDecay;
  private final LiveState state;
  private final DataType scratchType;
  private final long scratchLength;
  private INDArray scratch;
  private long step;

  /**
   * An optimizer whose moments are zero.
   *
   * @param parameters arrays to update in place, by name
   * @param groups learning rate and decay of the parameter of that name
   */
  public AdamW(
      Map<String, INDArray> parameters,
      Function<String, ParameterGroup> groups,
      double beta1,
      double beta2,
      double epsilon,
      double weightDecay) {
    this(parameters, groups, beta1, beta2, epsilon, weightDecay, new LiveState());
  }

  /**
   * An optimizer whose moments are zero, of parameters that a device may have.
   *
   * @param state has the parameters, and will have the moments
   */
  public AdamW(
      Map<String, INDArray> parameters,
      Function<String, ParameterGroup> groups,
      double beta1,
      double beta2,
      double epsilon,
      double weightDecay,
      LiveState state) {
    this.parameters = new LinkedHashMap<>(parameters);
    this.groups = groups;
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
    this.weightDecay = weightDecay;
    this.state = state;
    long longest = 1;
    DataType type = DataType.FLOAT;
    for (Map.Entry<String, INDArray> entry : this.parameters.entrySet()) {
      INDArray parameter = entry.getValue();
      first.put(entry.getKey(), Nd4j.zeros(parameter.dataType(), parameter.shape()));
      second.put(entry.getKey(), Nd4j.zeros(parameter.dataType(), parameter.shape()));
      longest = Math.max(longest, parameter.length());
      type = parameter.dataType();
    }
    scratchType = type;
    scratchLength = longest;
  }

  @Override
  public void step(Map<String, INDArray> gradients, double learningRate, double factor) {
    step++;
    state.forHost(parameters.values());
    state.forHost(first.values());
    state.forHost(second.values());
    if (HostArrays.areSuited(parameters.values()) && HostArrays.areSuited(gradients.values())) {
      fused(gradients, learningRate, factor);
    } else {
      composed(gradients, learningRate, factor);
    }
  }

  @Override
  public void step(Map<String, Tensor> gradients, Tensor clip, double learningRate) {
    step++;
    Map<ParameterGroup, List<Updates.Moved>> moved = new LinkedHashMap<>();
    gradients.forEach(
        (name, gradient) ->
            moved
                .computeIfAbsent(groups.apply(name), group -> new ArrayList<>())
                .add(
                    new Updates.Moved(
                        state.forDevice(parameters.get(name)),
                        state.forDevice(first.get(name)),
                        state.forDevice(second.get(name)),
                        gradient)));
    moved.forEach(
        (group, together) ->
            state
                .updates()
                .orElseThrow()
                .adamW(
                    together,
                    clip,
                    new Updates.AdamWStep(
                        beta1,
                        beta2,
                        (float) epsilon,
                        correctionOfSquares(),
                        kept(group, learningRate),
                        rate(group, learningRate))));
  }

  @Override
  public Tensor reserve(String parameter) {
    state.reserve(first.get(parameter));
    state.reserve(second.get(parameter));
    return state.reserve(parameters.get(parameter));
  }

  private float kept(ParameterGroup group, double learningRate) {
    return group.decayed() ? (float) (1 - learningRate * group.rateScale() * weightDecay) : 1;
  }

  private float rate(ParameterGroup group, double learningRate) {
    return (float) (learningRate * group.rateScale() / (1 - Math.pow(beta1, (double) step)));
  }

  private float correctionOfSquares() {
    return (float) (1 / Math.sqrt(1 - Math.pow(beta2, (double) step)));
  }

  private void composed(Map<String, INDArray> gradients, double learningRate, double factor) {
    if (factor != 1) {
      gradients.values().forEach(gradient -> gradient.muli(factor));
    }
    double correction1 = 1 - Math.pow(beta1, (double) step);
    double correction2 = Math.sqrt(1 - Math.pow(beta2, (double) step));
    for (Map.Entry<String, INDArray> entry : gradients.entrySet()) {
      String name = entry.getKey();
      ParameterGroup group = groups.apply(name);
      double ownRate = learningRate * group.rateScale();
      double rate = ownRate * correction2 / correction1;
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
        if (group.decayed()) {
          parameter.muli(1 - ownRate * weightDecay);
        }
        parameter.subi(update);
      }
    }
  }

  /** One pass over parameter, moments and gradient. */
  private void fused(Map<String, INDArray> gradients, double learningRate, double factor) {
    List<INDArray[]> arrays = new ArrayList<>();
    List<Float> kept = new ArrayList<>();
    List<Float> rates = new ArrayList<>();
    gradients.forEach(
        (name, gradient) -> {
          arrays.add(
              new INDArray[] {parameters.get(name), first.get(name), second.get(name), gradient});
          ParameterGroup group = groups.apply(name);
          kept.add(kept(group, learningRate));
          rates.add(rate(group, learningRate));
        });
    float correction = correctionOfSquares();
    HostArrays.forEach(
        arrays,
        3,
        (array, staged, length) -> {
          scale(staged[3], (float) factor, length);
          MovingAverage.average(staged[1], staged[3], (float) beta1, (float) (1 - beta1), length);
          averageSquares(staged[2], staged[3], (float) beta2, (float) (1 - beta2), length);
          descend(staged, kept.get(array), rates.get(array), correction, (float) epsilon, length);
          return 0;
        });
  }

  private static void scale(float[] gradient, float factor, int length) {
    for (int i = 0; i < length; i++) {
      gradient[i] *= factor;
    }
  }

  private static void averageSquares(
      float[] v, float[] gradient, float kept, float taken, int length) {
    for (int i = 0; i < length; i++) {
      v[i] = kept * v[i] + taken * gradient[i] * gradient[i];
    }
  }

  private static void descend(
      float[][] staged, float kept, float rate, float correction, float epsilon, int length) {
    float[] parameter = staged[0];
    float[] m = staged[1];
    float[] v = staged[2];
    for (int i = 0; i < length; i++) {
      parameter[i] =
          kept * parameter[i] - rate * (m[i] / ((float) Math.sqrt(v[i]) * correction + epsilon));
    }
  }

  private INDArray scratchFor(INDArray like) {
    if (scratch == null) {
      scratch = Nd4j.createUninitialized(scratchType, scratchLength);
    }
    return scratch.get(NDArrayIndex.interval(0, like.length())).reshape('c', like.shape());
  }

  @Override
  public void resumeAt(long steps) {
    step = steps;
  }

  /** As {@code optimizer.exp_avg/NAME} and {@code optimizer.exp_avg_sq/NAME}. */
  @Override
  public Map<String, INDArray> state() {
    Map<String, INDArray> state = new LinkedHashMap<>();
    first.forEach((name, array) -> state.put("optimizer.exp_avg/" + name, array));
    second.forEach((name, array) -> state.put("optimizer.exp_avg_sq/" + name, array));
    return state;
  }

  @Override
  public void close() {
    state.forget(state().values());
    first.values().forEach(INDArray::close);
    second.values().forEach(INDArray::close);
    if (scratch != null) {
      scratch.close();
    }
  }
}
