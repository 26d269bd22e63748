package dev.mto.engine.encoder;

import dev.mto.engine.Baseline;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.onnx.OnnxFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The encoder of a trained model, as it is used once pre-training is over: nothing is masked. */
public final class EncoderExport {
  private static final String TOKENS = "tokens";
  private static final String FEATURES = "features";

  private final EncoderModel encoder;
  private final Map<String, INDArray> model;

  /**
   * The encoder with the weights of a model.
   *
   * @param model tensors under official names
   */
  public EncoderExport(Baseline baseline, RunConfig config, Map<String, INDArray> model) {
    this.model = model;
    this.encoder = EncoderModel.holding(baseline, config, config.training().seed(), model);
    encoder.output().tokens().rename(TOKENS);
    encoder.output().patches().rename(FEATURES);
  }

  /** Its tensors under official names: parameters and fixed tables. */
  public Map<String, INDArray> tensors() {
    Map<String, INDArray> tensors = encoder.parameters().tables();
    tensors.replaceAll(model::getOrDefault);
    tensors.putAll(encoder.parameters().arrays());
    return tensors;
  }

  /**
   * The encoder for ONNX, with the input and the outputs of {@link #writeSameDiff}.
   *
   * @throws UserException when it cannot be translated
   */
  public OnnxFile onnx() {
    return OnnxFile.of(encoder.parameters().graph(), List.of(TOKENS, FEATURES));
  }

  /**
   * Writes the encoder as a SameDiff graph with constant weights, for {@code SameDiff.load}. Its
   * placeholder is {@code images} [B, C, H, W] of normalised pixels, any B; its outputs are {@code
   * tokens} [B, 1+N, D], the class token first, and {@code features} [B, N, D], the patches, all
   * float32. Not atomic: write to a temporary file and rename.
   */
  public void writeSameDiff(Path file) {
    encoder.writeSameDiff(file);
  }
}
