package org.example.model;

import dev.mto.losses.MaskedTokenOptimization;
import dev.mto.losses.MtoOptions;
import dev.mto.losses.MtoTerms;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/** A model of two layers of tokens with MTO on both. */
public final class TwoLayers {

  private TwoLayers() {}

  /**
   * Adds the placeholders {@code tokens}, {@code [batch, tokens, dim]}, and {@code mask}, {@code
   * [batch, tokens]}, and the losses of MTO.
   */
  public static MtoTerms build(SameDiff sd) {
    SDVariable tokens = sd.placeHolder("tokens", DataType.FLOAT, -1, 4, 3);
    SDVariable mask = sd.placeHolder("mask", DataType.FLOAT, -1, 4);
    List<SDVariable> layers = List.of(tokens, sd.math().tanh(tokens));
    return MaskedTokenOptimization.add(sd, "mto", layers, mask, MtoOptions.defaults());
  }
}
