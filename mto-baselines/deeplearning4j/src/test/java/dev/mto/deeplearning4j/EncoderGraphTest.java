package dev.mto.deeplearning4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.engine.Baselines;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.encoder.EncoderModel;
import dev.mto.engine.encoder.FeatureKind;
import dev.mto.executor.GraphSession;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class EncoderGraphTest {
  @Test
  @EnabledIfSystemProperty(named = "mto.kernels", matches = "fast")
  void partsOfANetworksVectorOfParametersAreReadInPlaceByOnePlan() {
    SmallModel model = SmallModel.MAE;
    RunConfig config = model.config();
    EncoderGraph graph =
        EncoderGraph.build(
            Baselines.named(config.baseline()), config, FeatureKind.usual(), false, DataType.FLOAT);
    String name = "norm.bias";
    INDArray all = Nd4j.zeros(DataType.FLOAT, 100);
    graph.use(name, all.get(NDArrayIndex.interval(10, 10 + config.model().dim())));

    INDArray images = model.images(2, DataType.FLOAT, 1);
    try (GraphSession session = graph.forward()) {
      INDArray before = features(session, graph, images);
      all.addi(0.5);
      INDArray after = features(session, graph, images);

      assertThat(after.sub(before).meanNumber().doubleValue()).isBetween(0.499, 0.501);
      assertThat(session.allocations()).isEqualTo(1);
    }
  }

  private static INDArray features(GraphSession session, EncoderGraph graph, INDArray images) {
    INDArray[] features = new INDArray[1];
    String name = graph.features().name();
    session.run(
        Map.of(EncoderModel.IMAGES, images),
        List.of(name),
        values -> features[0] = values.get(name).dup());
    return features[0];
  }
}
