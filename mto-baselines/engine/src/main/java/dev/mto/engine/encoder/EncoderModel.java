package dev.mto.engine.encoder;

import dev.mto.engine.Baseline;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.graph.SeededParameters;
import dev.mto.models.EncoderOutput;
import dev.mto.models.Parameters;
import dev.mto.models.Tokens;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An encoder alone in a graph, as it is used once pre-training is over: nothing is masked. Shapes:
 * B images, D width.
 *
 * @param parameters those of the encoder, with first values
 * @param images placeholder {@value #IMAGES} [B, C, H, W] of normalised pixels
 * @param dropPath placeholder {@value #DROP_PATH} [2*depth, B], or null where nothing is dropped
 */
public record EncoderModel(
    Parameters parameters, SDVariable images, SDVariable dropPath, EncoderOutput output) {
  /** Name of the placeholder of images. */
  public static final String IMAGES = "images";

  /** Name of the placeholder of stochastic depth's factors. */
  public static final String DROP_PATH = "dropPath";

  private static final Pattern TABLE_OF_BLOCK =
      Pattern.compile("(.*)blocks\\.\\d+\\.attn(\\.relative_position_bias_table)");

  /** The encoder as pre-training left it. */
  public static EncoderModel frozen(Baseline baseline, RunConfig config, Parameters parameters) {
    return build(baseline, config, parameters, false, false);
  }

  /**
   * The encoder that tensors are of, filled with them: with positions of its own, as fine-tuning
   * leaves it, where they hold all of it so, or as pre-training left it.
   *
   * @param seed of first values, which parameters keep that the tensors do not hold
   * @param weights by official name, copied
   */
  public static EncoderModel holding(
      Baseline baseline, RunConfig config, long seed, Map<String, INDArray> weights) {
    EncoderModel encoder = null;
    if (!weights.isEmpty()) {
      encoder = fineTuned(baseline, config, SeededParameters.of(DataType.FLOAT, seed), false);
    }
    if (encoder == null || !weights.keySet().containsAll(encoder.parameters.names())) {
      encoder = frozen(baseline, config, SeededParameters.of(DataType.FLOAT, seed));
    }
    encoder.take(weights);
    return encoder;
  }

  /** An encoder to be trained on, whose branches can be dropped where {@code dropsPaths}. */
  public static EncoderModel fineTuned(
      Baseline baseline, RunConfig config, Parameters parameters, boolean dropsPaths) {
    return build(baseline, config, parameters, true, dropsPaths);
  }

  private static EncoderModel build(
      Baseline baseline,
      RunConfig config,
      Parameters parameters,
      boolean fineTuned,
      boolean dropsPaths) {
    SDVariable images = parameters.placeholder(IMAGES, config.vit().imageShape());
    SDVariable dropPath =
        dropsPaths ? parameters.placeholder(DROP_PATH, 2L * config.vit().depth(), -1) : null;
    return new EncoderModel(
        parameters,
        images,
        dropPath,
        baseline.encoder(config, parameters, images, dropPath, fineTuned));
  }

  /**
   * Adds features to the graph.
   *
   * @return [B, D]
   * @throws UserException when the encoder has no such block
   */
  public SDVariable features(FeatureKind kind) {
    SDVariable tokens = tokens(kind.block());
    return kind.pooling() == Pooling.CLASS
        ? Tokens.classToken(tokens).mean(1) // of one
        : Tokens.patches(tokens).mean(1);
  }

  /**
   * Patch tokens of a block.
   *
   * @param block from 1, before any norm; 0 for the last one's after the final norm
   * @return [B, N, D]
   * @throws UserException when the encoder has no such block
   */
  public SDVariable patchTokens(int block) {
    return block == 0 ? output.patches() : Tokens.patches(tokens(block));
  }

  private SDVariable tokens(int block) {
    int depth = output.blocks().size();
    if (block > depth) {
      throw new UserException(
          "block " + block + ": the encoder has blocks 1 to " + depth + "; choose one");
    }
    return block == 0 ? output.tokens() : output.blocks().get(block - 1);
  }

  /**
   * Writes the graph that the encoder is in with constant weights, for {@code SameDiff.load}. Not
   * atomic: write to a temporary file and rename.
   */
  public void writeSameDiff(Path file) {
    SameDiff graph = parameters.graph();
    graph.convertToConstants(
        parameters.names().stream()
            .map(graph::getVariable)
            .filter(variable -> !variable.isConstant())
            .toList());
    graph.save(file.toFile(), false);
  }

  /** Puts pre-trained weights into the encoder; what they do not hold keeps its first value. */
  public void take(Map<String, INDArray> weights) {
    parameters
        .arrays()
        .forEach(
            (name, array) -> {
              INDArray given = pretrained(name, weights);
              if (given != null) {
                array.assign(given);
              }
            });
  }

  /**
   * The pre-trained tensor that a parameter starts from: its own, or, for a block's table of
   * relative positions, the one that all blocks shared; null where there is none.
   *
   * @param parameter official name
   * @param weights by official name
   */
  public static INDArray pretrained(String parameter, Map<String, INDArray> weights) {
    INDArray own = weights.get(parameter);
    return own != null
        ? own
        : weights.get(TABLE_OF_BLOCK.matcher(parameter).replaceFirst("$1rel_pos_bias$2"));
  }
}
