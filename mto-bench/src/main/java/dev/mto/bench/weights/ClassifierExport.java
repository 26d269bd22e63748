package dev.mto.bench.weights;

import dev.mto.engine.encoder.FeatureKind;
import dev.mto.engine.encoder.Pooling;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.onnx.OnnxFile;
import dev.mto.evaluation.ClassifiedFeatures.Norm;
import dev.mto.evaluation.TrainedClassifier;
import dev.mto.models.weights.ClassifierNames;
import dev.mto.models.weights.WeightNames;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A job's classifier, written for other code.
 *
 * @param classifier not to be used for classifying afterwards
 * @param out what is written
 */
record ClassifierExport(TrainedClassifier classifier, OutputFile out) {
  /** As a graph of ONNX with outputs {@code logits} and {@code probabilities}. */
  void onnx() {
    Map<String, String> metadata = new ImageDescription(classifier.config()).metadata();
    metadata.put("classes", ImageDescription.json(classifier.classes()));
    metadata.put("task", classifier.description().task());
    metadata.put("baseline", classifier.config().baseline());
    metadata.put(
        "outputs",
        "logits and probabilities [batch, classes]; probabilities is the softmax of logits");
    OnnxFile file = classifier.onnx();
    out.write(
        temporary ->
            file.writeTo(
                temporary,
                "Classifier of images by Masked Token Optimization: images to logits and"
                    + " probabilities; metadata_props say how images are made and name the classes",
                metadata));
    System.out.printf(
        "wrote %s: images to logits and probabilities of %d classes, ONNX opset %d%n",
        out.path(), classifier.classes().size(), OnnxFile.OPSET);
  }

  /** As a graph of SameDiff. */
  void sameDiff() {
    out.write(classifier::writeSameDiff);
    System.out.printf("wrote %s: images to logits and probabilities%n", out.path());
  }

  /** As tensors under names that other code looks for. */
  void safeTensors(WeightNames names) {
    String baseline = classifier.config().baseline();
    List<String> classes = classifier.classes();
    out.writeSafeTensors(named(names), baseline, names);
    if (names == WeightNames.HUGGINGFACE) {
      HuggingFaceConfig config = new HuggingFaceConfig(classifier.config());
      config.write(isVit() ? config.vit(classes) : config.beit(classifier.tensors(), classes), out);
    }
  }

  private Map<String, INDArray> named(WeightNames names) {
    Map<String, INDArray> official = classifier.tensors();
    if (names == WeightNames.OFFICIAL) {
      return new LinkedHashMap<>(official);
    }
    if (names == WeightNames.TIMM) {
      if (!classifier.description().fineTuned()) {
        throw new UserException(
            "--names timm: no model of timm has the features that a linear probe sees; use official");
      }
      return ClassifierNames.timm(official);
    }
    boolean beit =
        isFineTunedMean() && official.keySet().stream().noneMatch(n -> n.endsWith("qkv.bias"));
    if (!isVit() && !beit) {
      throw new UserException(
          "--names huggingface: no class of transformers computes this classifier (%s of %s, %s); use --format onnx, or timm's names for a fine-tuned one"
              .formatted(
                  classifier.description().task(),
                  classifier.config().baseline(),
                  classifier.description().features().kind().describe()));
    }
    return isVit() ? ClassifierNames.vit(official) : ClassifierNames.beit(official);
  }

  /**
   * Whether the class token of an encoder with biases of keys is classified after its last norm.
   */
  private boolean isVit() {
    return classifier.description().features().kind().equals(new FeatureKind(Pooling.CLASS, 0))
        && classifier.description().features().norm() == Norm.NONE
        && classifier.weights().containsKey("blocks.0.attn.qkv.bias");
  }

  private boolean isFineTunedMean() {
    return classifier.description().fineTuned()
        && classifier.description().features().norm() == Norm.LEARNED;
  }
}
