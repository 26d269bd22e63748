package dev.mto.deeplearning4j;

import dev.mto.engine.encoder.EncoderModel;
import dev.mto.executor.GraphSession;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.samediff.SameDiffLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The encoder in a network. Parameters are Deeplearning4j's, which updates them in place; the graph
 * is run by the engine's sessions, in memory of their own instead of the network's workspaces.
 */
final class EncoderNetworkLayer extends SameDiffLayer {
  private static final long serialVersionUID = 1L;

  private transient EncoderGraph graph;
  private transient GraphSession forward;
  private transient GraphSession backward;

  EncoderNetworkLayer(NeuralNetConfiguration conf, DataType type) {
    super(conf, type);
  }

  private EncoderLayer configured() {
    return (EncoderLayer) layerConf();
  }

  @Override
  @SuppressWarnings("try") // a scope is only opened and closed
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    configured().validateInput(input);
    INDArray[] features = new INDArray[1];
    try (MemoryWorkspace none = outOfWorkspaces();
        INDArray images = dense(input)) {
      String name = graph().features().name();
      forward()
          .run(
              Map.of(EncoderModel.IMAGES, images),
              List.of(name),
              values -> features[0] = workspaces.dup(ArrayType.ACTIVATIONS, values.get(name), 'c'));
    }
    return features[0];
  }

  @Override
  @SuppressWarnings("try") // a scope is only opened and closed
  public Pair<Gradient, INDArray> backpropGradient(
      INDArray sensitivities, LayerWorkspaceMgr workspaces) {
    assertInputSet(true);
    Gradient gradient = new DefaultGradient();
    INDArray[] byImages = new INDArray[1];
    try (MemoryWorkspace none = outOfWorkspaces();
        INDArray images = dense(input);
        INDArray dense = dense(sensitivities)) {
      backward()
          .run(
              Map.of(EncoderModel.IMAGES, images, EncoderGraph.SENSITIVITIES, dense.reshape(-1)),
              List.of(),
              values -> {
                gradTable.forEach((key, into) -> take(values, ParameterKey.official(key), into));
                byImages[0] =
                    workspaces.dup(
                        ArrayType.ACTIVATION_GRAD,
                        values.get(backward.gradientOf(EncoderModel.IMAGES)),
                        'c');
              });
    }
    gradTable.forEach(gradient::setGradientFor);
    return new Pair<>(gradient, byImages[0]);
  }

  /** A parameter that the features do not depend on, e.g. of a later block, has none. */
  private void take(Map<String, INDArray> values, String name, INDArray into) {
    String computed = backward.gradientOf(name);
    if (computed == null) {
      into.assign(0);
    } else {
      into.assign(values.get(computed));
    }
  }

  /** Sets one parameter, which Deeplearning4j's own layer leaves as it is. */
  @Override
  public void setParam(String name, INDArray value) {
    super.setParam(ParameterKey.of(name), value);
    getParam(name).assign(value);
  }

  /** A parameter by its official name or its name in the network. */
  @Override
  public INDArray getParam(String name) {
    return super.getParam(ParameterKey.of(name));
  }

  private INDArray dense(INDArray array) {
    INDArray copy = Nd4j.createUninitialized(dataType, array.shape(), 'c');
    return copy.assign(array);
  }

  private EncoderGraph graph() {
    if (graph == null) {
      graph = configured().graph(dataType);
      paramTable.forEach((key, array) -> graph.use(ParameterKey.official(key), array));
    }
    return graph;
  }

  private GraphSession forward() {
    if (forward == null) {
      forward = graph().forward();
    }
    return forward;
  }

  private GraphSession backward() {
    if (backward == null) {
      backward = graph().withGradients();
    }
    return backward;
  }

  private static MemoryWorkspace outOfWorkspaces() {
    return Nd4j.getWorkspaceManager().scopeOutOfWorkspaces();
  }
}
