package dev.mto.speed.step;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mto.engine.config.MtoConfig;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.config.TrainingConfig;
import dev.mto.engine.errors.UserException;
import dev.mto.losses.Normalise;
import dev.mto.losses.Ranking;
import dev.mto.losses.Reduction;
import dev.mto.losses.Scale;
import dev.mto.losses.SelfAffinity;
import dev.mto.models.VitConfig;
import java.util.Set;

/** What the libtorch peer has to know of a configuration, and what of it the peer can do. */
final class PeerCase {
  private static final Set<String> METHODS = Set.of("simmim", "mae");

  private PeerCase() {}

  /**
   * The case as the peer reads it.
   *
   * @throws UserException when the peer cannot do the same work
   */
  static ObjectNode of(RunConfig config) {
    VitConfig vit = config.vit();
    MtoConfig mto = config.mto();
    TrainingConfig training = config.training();
    require(METHODS.contains(config.baseline()), "baseline", config.baseline(), "simmim or mae");
    require(vit.imageHeight() == vit.imageWidth(), "model.image", config.model().image(), "square");
    require(vit.dropPath() == 0, "model.drop_path", vit.dropPath(), "0");
    require(mto.ranking() == Ranking.DESCRIBED, "mto.ranking", mto.ranking(), "described");
    require(mto.scale() == Scale.NONE, "mto.scale", mto.scale(), "none");
    require(mto.normalise() == Normalise.NONE, "mto.normalise", mto.normalise(), "none");
    require(mto.reduction() == Reduction.MEAN, "mto.reduction", mto.reduction(), "mean");
    require(
        mto.selfAffinity() == SelfAffinity.INCLUDE,
        "mto.self_affinity",
        mto.selfAffinity(),
        "include");
    require(mto.epsilon() == 1e-6, "mto.epsilon", mto.epsilon(), "1.0e-6");
    require(
        mto.equals(mto.asInEarlierVersions()),
        "mto",
        "with options of docs/losses.md",
        "their defaults");
    ObjectNode options =
        config.options() == null ? new ObjectMapper().createObjectNode() : config.options();
    return new ObjectMapper()
        .createObjectNode()
        .put("method", config.baseline())
        .put("image", vit.imageHeight())
        .put("patch", vit.patch())
        .put("heads", vit.heads())
        .put("decoderHeads", options.path("decoder_heads").asInt(0))
        .put("normPix", options.path("norm_pix").asBoolean(false))
        .put("initialAfterPosition", mto.initial() == MtoConfig.Initial.AFTER_POSITION)
        .put("sparsityWeight", mto.weights().spa())
        .put("heterogeneityWeight", mto.weights().e())
        .put("rankingWeight", mto.weights().r())
        .put("learningRate", StepProcess.LEARNING_RATE)
        .put("beta1", training.betas().get(0))
        .put("beta2", training.betas().get(1))
        .put("adamEpsilon", training.adamEpsilon())
        .put("weightDecay", training.weightDecay())
        .put("clip", training.clip())
        .put("bfloat16", training.precision() == TrainingConfig.Precision.BFLOAT16);
  }

  private static void require(boolean possible, String key, Object value, String wanted) {
    if (!possible) {
      throw new UserException(
          "--peer: %s is %s, which the libtorch peer does not do; set it to %s or leave --peer out"
              .formatted(key, value, wanted));
    }
  }
}
