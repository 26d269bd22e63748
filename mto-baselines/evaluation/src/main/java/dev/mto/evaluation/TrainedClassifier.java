package dev.mto.evaluation;

import dev.mto.engine.Baseline;
import dev.mto.engine.Baselines;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.encoder.EncoderModel;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.Checkpoint;
import dev.mto.engine.folder.CheckpointStore;
import dev.mto.engine.graph.Precisions;
import dev.mto.engine.graph.SeededParameters;
import dev.mto.engine.onnx.OnnxFile;
import dev.mto.engine.weights.StateTensors;
import dev.mto.executor.GraphSession;
import dev.mto.models.Initializer;
import dev.mto.models.weights.SafeTensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * A classifier that a job of fine-tuning or of a linear probe has trained, as its folder keeps it.
 * Shapes: B images, C channels, H x W pixels, K classes, D width.
 *
 * <pre>{@code
 * try (TrainedClassifier classifier =
 *     TrainedClassifier.ofJob(Path.of("runs/mae-tiny/evaluate/finetune"), System.err::println)) {
 *   classifier.classify(images, (logits, probabilities) -> System.out.println(probabilities));
 * }
 * }</pre>
 *
 * <p>Not thread-safe.
 */
public final class TrainedClassifier implements AutoCloseable {
  /** Placeholder of normalised images [B, C, H, W] in {@link #graph}. */
  public static final String IMAGES = EncoderModel.IMAGES;

  /** Output [B, K] of {@link #graph}. */
  public static final String LOGITS = ClassifierHead.LOGITS;

  /** Output [B, K] of {@link #graph}. */
  public static final String PROBABILITIES = "probabilities";

  /** Before names in what fine-tuning saves of its moving average. */
  private static final String AVERAGE = "average.";

  private final String name;
  private final RunConfig config;
  private final ClassifierDescription description;
  private final EncoderModel encoder;
  private final GraphSession session;

  private TrainedClassifier(
      String name, RunConfig config, ClassifierDescription description, EncoderModel encoder) {
    this.name = name;
    this.config = config;
    this.description = description;
    this.encoder = encoder;
    this.session = GraphSession.forward(graph(), Precisions.forward(config.training()));
  }

  /** As {@link #ofJob(Path, boolean, Consumer)}, with the weights that the job ended with. */
  public static TrainedClassifier ofJob(Path folder, Consumer<String> warn) {
    return ofJob(folder, false, warn);
  }

  /**
   * The classifier of a job.
   *
   * @param best takes the weights of the epoch that was best on the validation images, instead of
   *     the last ones, whose accuracy is {@code top1} of {@code result.json}
   * @param warn is told of damaged checkpoints that were passed over, and of a job that has not
   *     ended
   * @throws UserException when there is no classifier in the folder, or none of its checkpoints is
   *     whole
   */
  public static TrainedClassifier ofJob(Path folder, boolean best, Consumer<String> warn) {
    KeptClassifier kept = new KeptClassifier(folder);
    ClassifierDescription description = kept.readDescription();
    RunConfig config = kept.readConfig();
    Map<String, INDArray> trained = averaged(trained(kept, best, warn));
    Map<String, INDArray> own = new LinkedHashMap<>();
    if (!description.fineTuned()) {
      own.putAll(SafeTensors.read(kept.encoder()).tensors());
    }
    own.putAll(trained);
    if (!Files.exists(folder.resolve("result.json"))) {
      warn.accept(folder + ": the job has not ended; what it has saved last is taken");
    }
    return new TrainedClassifier(
        folder + (best ? ", best epoch" : ""),
        config,
        description,
        build(Baselines.named(config.baseline()), config, description, own, folder));
  }

  private static Map<String, INDArray> trained(
      KeptClassifier kept, boolean best, Consumer<String> warn) {
    if (Files.exists(kept.head())) {
      if (best) {
        throw new UserException(
            kept.root() + ": was solved, not trained by epochs; leave the best out");
      }
      return SafeTensors.read(kept.head()).tensors();
    }
    if (best) {
      return CheckpointStore.read(kept.checkpoints().resolve("best.safetensors")).tensors();
    }
    return new CheckpointStore(kept.checkpoints(), 1)
        .newest(warn)
        .map(Checkpoint::tensors)
        .orElseThrow(
            () ->
                new UserException(
                    kept.root() + ": nothing was trained yet; go on with the job by --resume"));
  }

  /** The moving average of the weights, where there is one, as that is what was measured. */
  private static Map<String, INDArray> averaged(Map<String, INDArray> saved) {
    Map<String, INDArray> average = new LinkedHashMap<>();
    saved.forEach(
        (name, tensor) -> {
          if (name.startsWith(AVERAGE)) {
            average.put(name.substring(AVERAGE.length()), tensor);
          }
        });
    return average.isEmpty() ? saved : average;
  }

  private static EncoderModel build(
      Baseline baseline,
      RunConfig config,
      ClassifierDescription description,
      Map<String, INDArray> weights,
      Path folder) {
    long seed = config.training().seed();
    EncoderModel encoder =
        description.fineTuned()
            ? EncoderModel.fineTuned(
                baseline, config, SeededParameters.of(DataType.FLOAT, seed), false)
            : EncoderModel.holding(baseline, config, seed, weights);
    SDVariable logits =
        ClassifierHead.logits(
            encoder,
            config.vit().dim(),
            description.features(),
            description.classes().size(),
            Initializer.zeros());
    encoder.parameters().graph().nn().softmax(PROBABILITIES, logits, -1);
    StateTensors.restore(encoder.parameters().arrays(), weights, folder);
    return encoder;
  }

  /** Where it comes from, for people. */
  public String name() {
    return name;
  }

  /** What its model was configured by; {@code centreCrop()} is how it sees images. */
  public RunConfig config() {
    return config;
  }

  /** What it is. */
  public ClassifierDescription description() {
    return description;
  }

  /** Names of the classes, in the order of scores. */
  public List<String> classes() {
    return description.classes();
  }

  /**
   * The whole of it as a graph from {@value EncoderModel#IMAGES} to {@link #LOGITS} and {@link
   * #PROBABILITIES}.
   */
  public SameDiff graph() {
    return encoder.parameters().graph();
  }

  /**
   * Classifies images.
   *
   * @param images [B, C, H, W] float32, normalised, c order
   * @param use receives logits and probabilities [B, K], valid during the call only
   */
  public void classify(INDArray images, BiConsumer<INDArray, INDArray> use) {
    session.run(
        Map.of(IMAGES, images),
        List.of(LOGITS, PROBABILITIES),
        values -> use.accept(values.get(LOGITS), values.get(PROBABILITIES)));
  }

  /**
   * It for ONNX: input {@link #IMAGES}, outputs {@link #LOGITS} and {@link #PROBABILITIES}.
   *
   * @throws UserException when it cannot be translated
   */
  public OnnxFile onnx() {
    return OnnxFile.of(graph(), List.of(LOGITS, PROBABILITIES));
  }

  /**
   * Writes {@link #graph} with constant weights, for {@code SameDiff.load}; nothing can be
   * classified here afterwards. Not atomic: write to a temporary file and rename.
   */
  public void writeSameDiff(Path file) {
    encoder.writeSameDiff(file);
  }

  /**
   * Its tensors as the official code of fine-tuning names them: the encoder's, without the prefix
   * {@code encoder.} that SimMIM has in pre-training, {@code fc_norm} where the mean of patch
   * tokens is classified, and {@code head}. A norm that the classifier does not see is left out; a
   * standardisation is part of {@code head}. Those of an attentive probe are as {@link #graph} has
   * them.
   */
  public Map<String, INDArray> tensors() {
    Map<String, INDArray> tensors = new LinkedHashMap<>();
    weights().forEach((name, tensor) -> tensors.put(name.replaceFirst("^encoder\\.", ""), tensor));
    if (description.features().block() > 0) {
      tensors.remove("norm.weight");
      tensors.remove("norm.bias");
    }
    if (description.features().attentive()) {
      return tensors;
    }
    tensors.remove(ClassifierHead.MEAN);
    tensors.remove(ClassifierHead.VARIANCE);
    tensors.put(ClassifierHead.WEIGHT, head().weight());
    tensors.put(ClassifierHead.BIAS, head().bias());
    return tensors;
  }

  /** Its tensors as {@link #graph} names them, with the encoder's fixed tables. */
  public Map<String, INDArray> weights() {
    Map<String, INDArray> weights = encoder.parameters().tables();
    weights.putAll(encoder.parameters().arrays());
    return weights;
  }

  /**
   * The linear layer on the normalised feature, with the standardisation in it.
   *
   * @param weight [K, D]
   * @param bias [K]
   */
  public record Head(INDArray weight, INDArray bias) {}

  /**
   * The linear layer on the normalised feature, with the standardisation in it.
   *
   * @throws UserException for an attentive probe, whose standardisation comes before the attention
   */
  public Head head() {
    if (description.features().attentive()) {
      throw new UserException(
          name
              + ": an attentive probe is no linear layer on a feature; use its graph (ONNX, SameDiff)");
    }
    Map<String, INDArray> arrays = encoder.parameters().arrays();
    INDArray weight = arrays.get(ClassifierHead.WEIGHT);
    INDArray bias = arrays.get(ClassifierHead.BIAS);
    Double epsilon = description.features().standardisationEpsilon();
    if (epsilon == null) {
      return new Head(weight, bias);
    }
    INDArray deviation = Transforms.sqrt(arrays.get(ClassifierHead.VARIANCE).add(epsilon), false);
    INDArray scaled = weight.divRowVector(deviation);
    INDArray shift =
        scaled.mmul(arrays.get(ClassifierHead.MEAN).transpose()).reshape(bias.length());
    return new Head(scaled, bias.sub(shift));
  }

  @Override
  public void close() {
    session.close();
  }
}
