package dev.mto.deeplearning4j;

import dev.mto.engine.Baseline;
import dev.mto.engine.Encoder;
import dev.mto.engine.EncoderUse;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.encoder.FeatureKind;
import dev.mto.engine.encoder.Pooling;
import dev.mto.engine.errors.UserException;
import dev.mto.executor.GraphSession;
import dev.mto.executor.NewGraph;
import dev.mto.models.ClassToken;
import dev.mto.models.Parameters;
import dev.mto.models.Rows;
import dev.mto.models.VitConfig;
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
  /** Placeholder [B, C, H, W] of normalised pixels. */
  static final String IMAGES = "images";

  /** Placeholder [B*D]: the derivative of the network's loss by each feature. */
  static final String SENSITIVITIES = "sensitivities";

  /**
   * Builds the graph.
   *
   * @param type FLOAT or DOUBLE
   * @throws UserException when the encoder has no such block
   */
  static EncoderGraph build(Baseline baseline, RunConfig config, FeatureKind kind, DataType type) {
    SameDiff graph = NewGraph.create();
    // the network has the values, so nothing is drawn
    Parameters parameters = new Parameters(graph, type, name -> () -> 0L);
    Encoder encoder = baseline.encoder(graph, config, parameters, EncoderUse.fineTuned(0));
    VitConfig vit = config.model().vit(config.data().channels());
    SDVariable features = pooled(graph, type, tokens(encoder, kind), kind.pooling(), vit);
    SDVariable sensitivities = graph.placeHolder(SENSITIVITIES, type, -1);
    SDVariable loss = features.reshape(-1).mul(sensitivities).sum().rename("loss");
    return new EncoderGraph(graph, parameters, features, loss);
  }

  private static SDVariable tokens(Encoder encoder, FeatureKind kind) {
    int depth = encoder.blocks().size();
    if (kind.block() > depth) {
      throw new UserException(
          "block " + kind.block() + ": the encoder has blocks 1 to " + depth + "; choose one");
    }
    return kind.block() == 0 ? encoder.tokens() : encoder.blocks().get(kind.block() - 1);
  }

  private static SDVariable pooled(
      SameDiff graph, DataType type, SDVariable tokens, Pooling pooling, VitConfig vit) {
    if (pooling == Pooling.CLASS) {
      return ClassToken.of(tokens, vit.dim()).reshape(-1, vit.dim());
    }
    return ClassToken.drop(tokens, vit.patches(), vit.dim())
        // (B, N, D) -> (B, D, N) -> (B*D, 1) -> (B, D)
        .permute(0, 2, 1)
        .reshape(-1, vit.patches())
        .mmul(new Rows(graph, type).mean(vit.patches()))
        .reshape(-1, vit.dim());
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
    wanted.add(IMAGES);
    return GraphSession.withGradients(graph, loss, wanted);
  }
}
