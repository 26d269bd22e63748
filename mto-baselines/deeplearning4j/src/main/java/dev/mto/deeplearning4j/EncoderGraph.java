package dev.mto.deeplearning4j;

import dev.mto.engine.Baseline;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.encoder.EncoderModel;
import dev.mto.engine.encoder.FeatureKind;
import dev.mto.engine.errors.UserException;
import dev.mto.executor.GraphSession;
import dev.mto.executor.NewGraph;
import dev.mto.models.LayerNorm;
import dev.mto.models.Parameters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * An encoder to be trained on, as a graph from images to features, with the product of features and
 * given sensitivities as its loss: the gradients of that are what backpropagation asks of a layer.
 *
 * @param parameters in the order of declaration, with no values yet
 * @param features [B, D]
 * @param loss Σ features · sensitivities, a scalar
 */
record EncoderGraph(SameDiff graph, Parameters parameters, SDVariable features, SDVariable loss) {
  /** The layer normalisation of features, as the official fine-tuning names it. */
  static final String NORM = "fc_norm";

  /** Placeholder [B*D]: the derivative of the network's loss by each feature. */
  static final String SENSITIVITIES = "sensitivities";

  /**
   * Builds the graph.
   *
   * @param normed whether features have a layer normalisation of their own, {@code fc_norm}
   * @param type FLOAT or DOUBLE
   * @throws UserException when the encoder has no such block
   */
  static EncoderGraph build(
      Baseline baseline, RunConfig config, FeatureKind kind, boolean normed, DataType type) {
    // the network has the values, so nothing is drawn
    Parameters parameters = new Parameters(NewGraph.create(), type, name -> () -> 0L);
    SDVariable pooled = EncoderModel.fineTuned(baseline, config, parameters, false).features(kind);
    SDVariable features =
        normed ? new LayerNorm(parameters, NORM, config.vit().dim()).apply(pooled) : pooled;
    SDVariable sensitivities = parameters.placeholder(SENSITIVITIES, -1);
    SDVariable loss = features.reshape(-1).mul(sensitivities).sum().rename("loss");
    return new EncoderGraph(parameters.graph(), parameters, features, loss);
  }

  /** Shapes by official name. */
  Map<String, long[]> shapes() {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    parameters.arrays().forEach((name, array) -> shapes.put(name, array.shape()));
    return shapes;
  }

  /**
   * Puts a live array in the place of a parameter; the graph reads it where it is.
   *
   * @param live dense in c order; a part of a vector may call itself otherwise
   */
  void use(String parameter, INDArray live) {
    long[] shape = live.shape();
    INDArray view =
        Nd4j.create(
            live.data(), shape, Nd4j.getStrides(shape, 'c'), live.offset(), 'c', live.dataType());
    graph.associateArrayWithVariable(view, graph.getVariable(parameter));
  }

  /** A session for features. */
  GraphSession forward() {
    return GraphSession.forward(graph);
  }

  /** A session for the gradients of the loss to parameters and images. */
  GraphSession withGradients() {
    List<String> wanted = new ArrayList<>(parameters.names());
    wanted.add(EncoderModel.IMAGES);
    return GraphSession.withGradients(graph, loss, wanted);
  }
}
