package org.example.application;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mto.losses.MtoTerms;
import java.util.List;
import java.util.Map;
import org.example.model.TwoLayers;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class OwnBackendTest {

  @Test
  void theLossesAreFiniteAndPositiveOnTheChosenBackend() {
    assertEquals("CpuBackend", Nd4j.getBackend().getClass().getSimpleName());
    SameDiff sd = SameDiff.create();
    MtoTerms mto = TwoLayers.build(sd);
    INDArray tokens = Nd4j.linspace(DataType.FLOAT, -1, 0.1, 2 * 4 * 3).reshape(2, 4, 3);
    INDArray mask = Nd4j.createFromArray(new float[][] {{1, 0, 0, 1}, {0, 1, 0, 1}});

    for (SDVariable loss : List.of(mto.spa(), mto.e(), mto.r(), mto.weighted())) {
      double value =
          sd.outputSingle(Map.of("tokens", tokens, "mask", mask), loss.name()).getDouble(0);
      assertTrue(Double.isFinite(value) && value > 0, loss.name() + " is " + value);
    }
  }
}
