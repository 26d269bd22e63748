package dev.mto.engine.encoder;

import dev.mto.engine.Baseline;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.Checksum;
import dev.mto.engine.graph.Precisions;
import dev.mto.executor.GraphSession;
import dev.mto.executor.SessionOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A pre-trained encoder that gives features of images. Nothing is masked and nothing is trained.
 * Not thread-safe.
 */
public final class FrozenEncoder implements AutoCloseable {
  private final EncoderModel encoder;
  private final int dim;
  private final GraphSession session;
  private final Map<FeatureKind, String> features = new HashMap<>();
  private final Map<Integer, String> patchTokens = new HashMap<>();

  private FrozenEncoder(EncoderModel encoder, int dim, SessionOptions options) {
    this.encoder = encoder;
    this.dim = dim;
    this.session = GraphSession.forward(encoder.parameters().graph(), options);
  }

  /**
   * The encoder of a trained model.
   *
   * @param weights tensors of the model under official names; copied
   */
  public static FrozenEncoder of(
      Baseline baseline, RunConfig config, Map<String, INDArray> weights) {
    return build(baseline, config, config.training().seed(), weights);
  }

  /** The encoder as it is before any training, the twin that a trained one is compared with. */
  public static FrozenEncoder untrained(Baseline baseline, RunConfig config, long seed) {
    return build(baseline, config, seed, Map.of());
  }

  private static FrozenEncoder build(
      Baseline baseline, RunConfig config, long seed, Map<String, INDArray> weights) {
    return new FrozenEncoder(
        EncoderModel.holding(baseline, config, seed, weights),
        config.vit().dim(),
        Precisions.forward(config.training()));
  }

  /** Blocks, L. */
  public int depth() {
    return encoder.output().blocks().size();
  }

  /** Its parameters under official names, live. */
  public Map<String, INDArray> tensors() {
    return encoder.parameters().arrays();
  }

  /** Width of a feature, D. */
  public int dim() {
    return dim;
  }

  /** A checksum of its tensors, by which it is known whatever file they come from. */
  public String checksum() {
    return Checksum.ofTensors(encoder.parameters().arrays());
  }

  /**
   * Features of images.
   *
   * @param images [B, C, H, W] float32, normalised, c order
   * @return [B, D] float32, the caller's to close
   * @throws UserException when the encoder has no such block
   */
  public INDArray features(INDArray images, FeatureKind kind) {
    return computed(images, features.computeIfAbsent(kind, k -> encoder.features(k).name()));
  }

  /**
   * Patch tokens of images.
   *
   * @param images [B, C, H, W] float32, normalised, c order
   * @param block from 1, before any norm; 0 for the last one's after the final norm
   * @return [B, N, D] float32, the caller's to close
   * @throws UserException when the encoder has no such block
   */
  public INDArray patchTokens(INDArray images, int block) {
    return computed(images, patchTokens.computeIfAbsent(block, b -> encoder.patchTokens(b).name()));
  }

  private INDArray computed(INDArray images, String name) {
    INDArray[] copy = new INDArray[1];
    session.run(
        Map.of(EncoderModel.IMAGES, images),
        List.of(name),
        values -> copy[0] = values.get(name).dup('c'));
    return copy[0];
  }

  @Override
  public void close() {
    session.close();
  }
}
