package dev.mto.deeplearning4j;

import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.UserException;
import dev.mto.evaluation.ClassifiedFeatures;
import dev.mto.evaluation.ClassifierDescription;
import dev.mto.evaluation.TrainedClassifier;
import dev.mto.models.VitConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * A classifier that {@code mto evaluate finetune} or {@code mto evaluate linear} has trained, as a
 * Deeplearning4j network: normalised images [B, C, H, W] in, probabilities [B, K] out, those of
 * {@code mto predict} but for rounding. It can be trained on, evaluated and saved as any other.
 */
public final class PretrainedClassifier {
  private static final String IMAGES = "images";
  private static final String ENCODER = "encoder";
  private static final String CLASSES = "classes";

  private final RunConfig config;
  private final ClassifierDescription description;
  private final Map<String, INDArray> weights;
  private final TrainedClassifier.Head head;

  private PretrainedClassifier(TrainedClassifier classifier) {
    this.config = classifier.config();
    this.description = classifier.description();
    this.weights = new LinkedHashMap<>(classifier.weights());
    this.head = classifier.head();
    if (description.features().norm() == ClassifiedFeatures.Norm.PLAIN) {
      weights.put(EncoderGraph.NORM + ".weight", Nd4j.ones(vit().dim()));
      weights.put(EncoderGraph.NORM + ".bias", Nd4j.zeros(vit().dim()));
    }
  }

  /**
   * The classifier of a job, with the weights that it ended with.
   *
   * @param folder of the job
   * @param warn is told of damaged checkpoints that were passed over
   * @throws UserException when there is no classifier in the folder
   */
  public static PretrainedClassifier ofJob(Path folder, Consumer<String> warn) {
    try (TrainedClassifier classifier = TrainedClassifier.ofJob(folder, warn)) {
      return new PretrainedClassifier(classifier);
    }
  }

  /** What the model was trained with; its {@code centreCrop()} is how it sees images. */
  public RunConfig config() {
    return config;
  }

  /** Names of the classes, in the order of probabilities. */
  public List<String> classes() {
    return description.classes();
  }

  private VitConfig vit() {
    return config.vit();
  }

  /**
   * A network of its own: {@code images}, the layers {@code encoder} and {@code classes}. A linear
   * probe's encoder is frozen; a fine-tuned one is trained on by {@code updater}. The probe's
   * standardisation of features is in the weights of {@code classes}.
   *
   * @param updater trains it on; without use where it is only asked for probabilities
   */
  public ComputationGraph network(IUpdater updater) {
    EncoderLayer encoder =
        new EncoderLayer(
            config,
            description.features().kind(),
            description.features().norm() != ClassifiedFeatures.Norm.NONE,
            weights);
    ComputationGraph network =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .updater(updater)
                .graphBuilder()
                .addInputs(IMAGES)
                .setInputTypes(
                    InputType.convolutional(
                        vit().imageHeight(), vit().imageWidth(), vit().channels()))
                .addLayer(
                    ENCODER, description.fineTuned() ? encoder : new FrozenLayer(encoder), IMAGES)
                .addLayer(
                    CLASSES,
                    new OutputLayer.Builder()
                        .nOut(classes().size())
                        .activation(Activation.SOFTMAX)
                        .build(),
                    ENCODER)
                .setOutputs(CLASSES)
                .build());
    network.init();
    network.getLayer(CLASSES).getParam("W").assign(head.weight().transpose());
    network.getLayer(CLASSES).getParam("b").assign(head.bias().reshape(1, -1));
    return network;
  }
}
