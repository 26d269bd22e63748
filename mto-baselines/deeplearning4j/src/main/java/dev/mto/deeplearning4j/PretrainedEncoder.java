package dev.mto.deeplearning4j;

import dev.mto.engine.config.RunConfig;
import dev.mto.engine.encoder.FeatureKind;
import dev.mto.engine.encoder.ImageFeature;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.weights.TrainedModel;
import dev.mto.engine.weights.WeightsOf;
import dev.mto.models.VitConfig;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A pre-trained encoder, to be a layer of a Deeplearning4j network: normalised images [B, C, H, W]
 * in, features [B, D] out, in the network's type (float32, or float64).
 *
 * <p>The features are those of {@code mto evaluate}. A layer's parameters are found by their
 * official names, e.g. {@code network.getLayer("encoder").getParam("cls_token")}; in lists of
 * parameters they have hyphens for underscores, which Deeplearning4j reserves. They are part of the
 * network: its updaters train them, {@code ModelSerializer} saves them and restores them, where
 * this module and the baseline's are on the class path. A configuration alone, as JSON, has no
 * weights.
 *
 * <p>Each call gives a layer of its own.
 */
public final class PretrainedEncoder {
  private final RunConfig config;
  private final Map<String, INDArray> weights;

  private PretrainedEncoder(RunConfig config, Map<String, INDArray> weights) {
    this.config = config;
    this.weights = weights;
  }

  /**
   * The encoder of a run, as its newest checkpoint holds it.
   *
   * @param warn is told of damaged checkpoints that were passed over
   * @throws UserException when there is no run in the folder, or no checkpoint
   */
  public static PretrainedEncoder ofRun(Path folder, Consumer<String> warn) {
    return of(TrainedModel.ofRun(folder, warn));
  }

  private static PretrainedEncoder of(TrainedModel model) {
    return new PretrainedEncoder(model.config(), model.tensors(WeightsOf.STUDENT));
  }

  /**
   * The encoder of a file of weights.
   *
   * @param file safetensors, .npz or a PyTorch checkpoint
   * @param config of the model
   * @throws UserException when a parameter of the encoder is missing or of another shape
   */
  public static PretrainedEncoder ofWeights(Path file, RunConfig config) {
    return of(TrainedModel.ofFile(file, config));
  }

  /**
   * An encoder that ships with this software, in the module of its method.
   *
   * @param name e.g. {@code builtin:mae-tiny}
   * @throws UserException when there is none of this name on the class path
   */
  public static PretrainedEncoder builtin(String name) {
    return of(TrainedModel.builtin(name));
  }

  /** What the model was trained with; its {@code centreCrop()} is how it sees images. */
  public RunConfig config() {
    return config;
  }

  /** Width of a feature, D. */
  public int dim() {
    return vit().dim();
  }

  /** For {@code setInputTypes} of a network. */
  public InputType inputType() {
    return InputType.convolutional(vit().imageHeight(), vit().imageWidth(), vit().channels());
  }

  /**
   * The usual features of image files, as {@link #features(Iterable, FeatureKind, int, Consumer)},
   * in batches of the configuration; the first file that cannot be read is an error.
   */
  public Stream<ImageFeature> features(Iterable<Path> images) {
    return features(images, FeatureKind.usual(), config.training().batch(), null);
  }

  /**
   * Features of image files, in their order, each of the centre crop that {@code mto embed} and
   * {@code mto evaluate} take: decoded, resized and normalised as the configuration says.
   *
   * <pre>{@code
   * try (Stream<ImageFeature> features = encoder.features(List.of(Path.of("a.jpg"), Path.of("b.jpg")))) {
   *   features.forEach(one -> System.out.println(one.image() + " " + one.vector().length));
   * }
   * }</pre>
   *
   * <p>The stream is lazy: files are read by {@code data.workers} threads a few batches ahead, and
   * no more is held than that and the files' names. It is for one thread; close it, which frees the
   * encoder's memory.
   *
   * @param images files of any format that is read
   * @param kind which features
   * @param batch images that are computed together
   * @param unreadable is told of each file that cannot be read, and which then has no feature; null
   *     for an error at the first one
   * @throws UserException when no file is named, or the encoder has no such block
   */
  public Stream<ImageFeature> features(
      Iterable<Path> images, FeatureKind kind, int batch, Consumer<String> unreadable) {
    return EncodedFiles.open(config, weights, images, kind, batch, unreadable);
  }

  private VitConfig vit() {
    return config.vit();
  }

  /** As {@link #trainable(FeatureKind)}, the mean of patch tokens after the final norm. */
  public Layer trainable() {
    return trainable(FeatureKind.usual());
  }

  /**
   * The encoder as a layer that is trained with the network. Positions are learned as the official
   * fine-tuning learns them; nothing is dropped. Weight decay does not act on vectors, the class
   * token and positions, which count as biases.
   *
   * @throws UserException when the encoder has no such block
   */
  public Layer trainable(FeatureKind kind) {
    return new EncoderLayer(config, kind, false, weights);
  }

  /** As {@link #frozen(FeatureKind)}, the mean of patch tokens after the final norm. */
  public Layer frozen() {
    return frozen(FeatureKind.usual());
  }

  /**
   * The encoder as a layer that keeps its weights. No gradient reaches what is before it.
   *
   * @throws UserException when the encoder has no such block
   */
  public Layer frozen(FeatureKind kind) {
    return new FrozenLayer(trainable(kind));
  }
}
