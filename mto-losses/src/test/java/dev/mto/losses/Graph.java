package dev.mto.losses;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** MTO on given tokens, each layer a variable, the mask a placeholder. */
final class Graph {

  private final SameDiff sd = SameDiff.create();
  private final List<String> layers = new ArrayList<>();
  private final Map<String, INDArray> mask;
  private final MtoTerms terms;

  /**
   * @param tokens [L+1, B, N, D]
   * @param mask [B, N]
   */
  Graph(INDArray tokens, INDArray mask, DataType type, MtoOptions options) {
    List<SDVariable> variables = new ArrayList<>();
    for (int layer = 0; layer < tokens.size(0); layer++) {
      variables.add(sd.var("tokens" + layer, tokens.slice(layer).dup('c').castTo(type)));
      layers.add("tokens" + layer);
    }
    SDVariable placeholder = sd.placeHolder("mask", type, -1, -1);
    this.mask = Map.of("mask", mask.castTo(type).dup('c'));
    this.terms = MaskedTokenOptimization.add(sd, "mto", variables, placeholder, options);
  }

  MtoTerms terms() {
    return terms;
  }

  double scalar(SDVariable variable) {
    return value(variable).getDouble(0);
  }

  double[] vector(SDVariable variable) {
    return value(variable).castTo(DataType.DOUBLE).toDoubleVector();
  }

  /** Gradient of a scalar to the tokens of each layer; zero where it does not depend on them. */
  List<INDArray> gradients(SDVariable loss) {
    sd.setLossVariables(loss);
    sd.createGradFunction(layers.toArray(String[]::new));
    Map<String, INDArray> gradients = sd.calculateGradients(mask, layers);
    return layers.stream()
        .map(
            layer ->
                gradients.get(layer) == null
                    ? Nd4j.zerosLike(sd.getVariable(layer).getArr())
                    : gradients.get(layer))
        .toList();
  }

  private INDArray value(SDVariable variable) {
    return sd.outputSingle(mask, variable.name());
  }
}
