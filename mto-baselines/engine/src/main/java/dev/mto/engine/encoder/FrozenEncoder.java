package dev.mto.engine.encoder;

import dev.mto.data.random.RandomStream;
import dev.mto.engine.Baseline;
import dev.mto.engine.Encoder;
import dev.mto.engine.EncoderUse;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.UserException;
import dev.mto.executor.GraphSession;
import dev.mto.executor.NewGraph;
import dev.mto.models.Parameters;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A pre-trained encoder that gives features of images. Nothing is masked and nothing is trained.
 * Not thread-safe.
 */
public final class FrozenEncoder implements AutoCloseable {
  private static final String IMAGES = "images";

  private final Encoder encoder;
  private final int dim;
  private final GraphSession session;

  private FrozenEncoder(Encoder encoder, int dim, GraphSession session) {
    this.encoder = encoder;
    this.dim = dim;
    this.session = session;
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
    SameDiff graph = NewGraph.create();
    Parameters parameters =
        new Parameters(graph, DataType.FLOAT, name -> RandomStream.of(seed, "initial/" + name));
    Encoder encoder = baseline.encoder(graph, config, parameters, EncoderUse.frozen());
    if (!weights.isEmpty()) {
      parameters.arrays().forEach((name, array) -> array.assign(weights.get(name)));
    }
    int dim = config.model().vit(config.data().channels()).dim();
    return new FrozenEncoder(encoder, dim, GraphSession.forward(graph));
  }

  /** Blocks, L. */
  public int depth() {
    return encoder.blocks().size();
  }

  /** Width of a feature, D. */
  public int dim() {
    return dim;
  }

  /**
   * Features of images.
   *
   * @param images [B, C, H, W] float32, normalised, c order
   * @return [B, D] float32, the caller's to close
   * @throws UserException when the encoder has no such block
   */
  public INDArray features(INDArray images, FeatureKind kind) {
    String name = tokens(kind);
    INDArray[] pooled = new INDArray[1];
    session.run(
        Map.of(IMAGES, images), List.of(name), values -> pooled[0] = pool(values.get(name), kind));
    return pooled[0];
  }

  private String tokens(FeatureKind kind) {
    if (kind.block() == 0) {
      return encoder.tokens().name();
    }
    if (kind.block() > depth()) {
      throw new UserException(
          "block " + kind.block() + ": the encoder has blocks 1 to " + depth() + "; choose one");
    }
    return encoder.blocks().get(kind.block() - 1).name();
  }

  /** Tokens [B, 1+N, D] to [B, D]. */
  private static INDArray pool(INDArray tokens, FeatureKind kind) {
    if (kind.pooling() == Pooling.CLASS) {
      return tokens.get(NDArrayIndex.all(), NDArrayIndex.point(0), NDArrayIndex.all()).dup('c');
    }
    return tokens
        .get(NDArrayIndex.all(), NDArrayIndex.interval(1, tokens.size(1)), NDArrayIndex.all())
        .mean(1);
  }

  @Override
  public void close() {
    session.close();
  }
}
