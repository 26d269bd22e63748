package dev.mto.deeplearning4j;

import dev.mto.engine.Baselines;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.encoder.EncoderModel;
import dev.mto.engine.encoder.FeatureKind;
import dev.mto.engine.encoder.Pooling;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.optimizer.LayerDecay;
import dev.mto.models.VitConfig;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The configuration of an encoder's layer. It is written into a saved model without weights, which
 * are in the model's own parameters.
 */
final class EncoderLayer extends SameDiffLayer {
  private static final long serialVersionUID = 1L;

  /** YAML of the run, from which the graph is built. */
  @JsonProperty private String run;

  @JsonProperty private Pooling pooling;
  @JsonProperty private int block;

  /** Not in models that were saved before there was a choice. */
  @JsonProperty private boolean normed;

  private transient Map<String, INDArray> weights;
  private transient RunConfig config;

  /** For Jackson, which sets the fields. */
  private EncoderLayer() {}

  /**
   * A layer that starts from pre-trained weights.
   *
   * @param normed whether features have a layer normalisation of their own, {@code fc_norm}
   * @param weights tensors of the model under official names; copied when a network is initialised
   * @throws UserException when the encoder has no such block
   */
  EncoderLayer(RunConfig config, FeatureKind kind, boolean normed, Map<String, INDArray> weights) {
    this.run = ConfigLoader.write(config);
    this.config = config;
    this.pooling = kind.pooling();
    this.block = kind.block();
    this.normed = normed;
    this.weights = weights;
    getLayerParams();
  }

  private RunConfig config() {
    if (config == null) {
      config = ConfigLoader.parseResolved("the saved layer's configuration", run);
    }
    return config;
  }

  private static VitConfig vit(RunConfig config) {
    return config.vit();
  }

  EncoderGraph graph(DataType type) {
    RunConfig config = config();
    return EncoderGraph.build(
        Baselines.named(config.baseline()), config, new FeatureKind(pooling, block), normed, type);
  }

  /** Vectors, the class token and positions count as biases, which weight decay leaves alone. */
  @Override
  public void defineParameters(SDLayerParams params) {
    LayerDecay groups = new LayerDecay(vit(config()).depth(), 1);
    graph(DataType.FLOAT)
        .shapes()
        .forEach(
            (name, shape) -> {
              if (groups.of(name, shape.length).decayed()) {
                params.addWeightParam(ParameterKey.of(name), shape);
              } else {
                params.addBiasParam(ParameterKey.of(name), shape);
              }
            });
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    if (weights == null) {
      throw new UserException(
          "the encoder's layer was read without weights; restore the whole model by"
              + " ModelSerializer, or take a new layer from PretrainedEncoder");
    }
    params.forEach((key, array) -> array.assign(pretrained(ParameterKey.official(key))));
  }

  private INDArray pretrained(String name) {
    return EncoderModel.pretrained(name, weights);
  }

  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> listeners,
      int index,
      INDArray params,
      boolean initialise,
      DataType type) {
    EncoderNetworkLayer layer = new EncoderNetworkLayer(conf, type);
    layer.setIndex(index);
    layer.setParamsViewArray(params);
    layer.setParamTable(initializer().init(conf, params, initialise));
    layer.setConf(conf);
    return layer;
  }

  @Override
  public InputType getOutputType(int index, InputType input) {
    VitConfig vit = vit(config());
    InputType images = InputType.convolutional(vit.imageHeight(), vit.imageWidth(), vit.channels());
    if (!images.equals(input)) {
      throw new UserException(
          "the encoder takes " + images + ", not " + input + "; set the network's input types so");
    }
    return InputType.feedForward(vit.dim());
  }

  @Override
  public void validateInput(INDArray images) {
    VitConfig vit = vit(config());
    long[] wanted = {vit.channels(), vit.imageHeight(), vit.imageWidth()};
    if (images.rank() != 4 || !Arrays.equals(Arrays.copyOfRange(images.shape(), 1, 4), wanted)) {
      throw new UserException(
          "images %s: the encoder takes [batch, %d, %d, %d]; resize them, or train an encoder of their size"
              .formatted(Arrays.toString(images.shape()), wanted[0], wanted[1], wanted[2]));
    }
  }

  /** Not used: {@link #instantiate} makes a layer that has its graph from {@link #graph}. */
  @Override
  public SDVariable defineLayer(
      SameDiff graph, SDVariable input, Map<String, SDVariable> params, SDVariable mask) {
    throw new UnsupportedOperationException();
  }
}
