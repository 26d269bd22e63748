package dev.mto.losses;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The example of docs/java.md: MTO on a model of one's own. */
class DocumentedExampleTest {

  /** A masked autoencoder of one attention block: 16 patches of 48 pixels, width 32. */
  static MtoTerms build(SameDiff sd) {
    SDVariable patches = sd.placeHolder("patches", DataType.FLOAT, -1, 16, 48);
    SDVariable mask = sd.placeHolder("mask", DataType.FLOAT, -1, 16); // 1 = masked
    SDVariable embed = sd.var("embed", Nd4j.randn(DataType.FLOAT, 48, 32).mul(0.1));
    SDVariable maskToken = sd.var("mask_token", Nd4j.randn(DataType.FLOAT, 1, 1, 32).mul(0.02));
    SDVariable value = sd.var("value", Nd4j.randn(DataType.FLOAT, 32, 32).mul(0.1));
    SDVariable head = sd.var("head", Nd4j.randn(DataType.FLOAT, 32, 48).mul(0.1));

    SDVariable m = sd.expandDims(mask, 2); // [batch, 16, 1]
    SDVariable embedded = linear(sd, patches, embed, 48, 32);
    SDVariable h0 = embedded.mul(m.rsub(1.0)).add(maskToken.mul(m)); // [batch, 16, 32]
    SDVariable attention = sd.nn().softmax(sd.mmul(h0, h0, false, true, false), -1);
    SDVariable h1 = h0.add(linear(sd, sd.mmul(attention, h0), value, 32, 32));
    SDVariable error = linear(sd, h1, head, 32, 48).sub(patches).mul(m);
    SDVariable reconstruction = sd.math().square(error).mean();

    MtoOptions options = MtoOptions.defaults().withWeights(new MtoWeights(0.1, 0.1, 0.1));
    MtoTerms mto = MaskedTokenOptimization.add(sd, "mto", List.of(h0, h1), mask, options);
    sd.setLossVariables(reconstruction.add("loss", mto.weighted()));
    return mto;
  }

  static SDVariable linear(SameDiff sd, SDVariable x, SDVariable weights, int in, int out) {
    SDVariable rows = sd.reshape(x, -1, in); // [batch * 16, in]
    return sd.reshape(sd.mmul(rows, weights), -1, 16, out);
  }

  @Test
  void aFewStepsLowerTheMtoLoss() {
    Nd4j.getRandom().setSeed(1);
    SameDiff sd = SameDiff.create();
    MtoTerms mto = build(sd);
    INDArray mask = Samples.mask(2, 16, 10, 10, 10, 10).castTo(DataType.FLOAT);
    MaskCheck.require(mask);
    Map<String, INDArray> batch =
        Map.of("patches", Nd4j.randn(DataType.FLOAT, 4, 16, 48), "mask", mask);

    double before = sd.outputSingle(batch, mto.weighted().name()).getDouble(0);
    List<String> parameters = List.of("embed", "mask_token", "value", "head");
    for (int step = 0; step < 20; step++) {
      Map<String, INDArray> gradients = sd.calculateGradients(batch, parameters);
      for (String parameter : parameters) {
        sd.getVariable(parameter).getArr().subi(gradients.get(parameter).mul(0.1));
      }
    }
    double after = sd.outputSingle(batch, mto.weighted().name()).getDouble(0);
    assertThat(after).isLessThan(before);
  }
}
