package dev.mto.losses;

import java.util.Arrays;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A penalty on long tokens, which is not in the paper: entropies of dot products fall as tokens
 * grow, whatever they look like. It is the mean over layers, images and tokens of {@code max(0,
 * |t|²/(D·ref²) - 1)²}, with D the width of a token and ref the root mean square of its elements
 * above which a token is long. Shorter tokens are free.
 */
final class NormPenalty {

  private NormPenalty() {}

  /** Tokens of each layer, each (B, N, D), to a scalar. */
  static SDVariable of(List<SDVariable> tokens, double reference) {
    SDVariable sum = null;
    for (SDVariable layer : tokens) {
      SameDiff sd = layer.getSameDiff();
      SDVariable relative =
          sd.math().square(layer).mean(true, 2).mul(1 / (reference * reference)); // (B, N, 1)
      SDVariable excess = sd.nn().relu(relative.sub(1.0), 0);
      SDVariable mean = sd.math().square(excess).mean();
      sum = sum == null ? mean : sum.add(mean);
    }
    return sum.mul(1.0 / tokens.size());
  }

  /** The same of arrays, each [B, N, D]. */
  static double of(List<INDArray> tokens, MtoOptions options) {
    double reference = options.normReference() * options.normReference();
    double sum = 0;
    for (INDArray layer : tokens) {
      double ofLayer = 0;
      for (int image = 0; image < layer.size(0); image++) {
        for (double[] token : layer.slice(image).toDoubleMatrix()) {
          double squared = Arrays.stream(token).map(x -> x * x).average().orElseThrow();
          ofLayer += Math.pow(Math.max(0, squared / reference - 1), 2);
        }
      }
      sum += ofLayer / (layer.size(0) * layer.size(1));
    }
    return sum / tokens.size();
  }
}
