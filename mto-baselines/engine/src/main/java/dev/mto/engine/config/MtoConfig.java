package dev.mto.engine.config;

import dev.mto.losses.MtoOptions;
import dev.mto.losses.MtoWeights;
import dev.mto.losses.Normalise;
import dev.mto.losses.Ranking;
import dev.mto.losses.Reduction;
import dev.mto.losses.Scale;
import dev.mto.losses.SelfAffinity;
import dev.mto.losses.VisibleTokens;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Masked Token Optimization. */
public record MtoConfig(
    @Setting("Whether the losses of MTO are added; heterogeneity is logged either way.")
        boolean enabled,
    @Setting("Weights of the three losses in the total; with two decoders, for each.")
        Weights weights,
    @Setting(
            "Which order L_r asks for: described has heterogeneity fall with depth, as the text of"
                + " the paper asks; printed is equation 7 to the letter.")
        Ranking ranking,
    @Setting("Which tokens are layer 0: before or after a decoder adds its position table.")
        Initial initial,
    @Setting(
            "How the dot products of tokens are scaled: not at all, or by one over the root of"
                + " their width.")
        Scale scale,
    @Setting("How tokens are normalised before the dot products.") Normalise normalise,
    @Setting(
            "How L_spa is taken over visible rows: as their mean, or as their sum, which is"
                + " printed.")
        Reduction reduction,
    @Setting("Whether a visible token's row of L_spa holds the token itself.")
        SelfAffinity selfAffinity,
    @Setting(
            value = "The epsilon of L_e = 1 / (H of layer 0 + epsilon), which bounds its gradient.",
            unit = "nats",
            range = "at least 1e-9")
        double epsilon,
    @Setting("How the weights rise and fall over training.") MtoSchedule schedule,
    @Setting(
            value =
                "What the dot products are divided by before the softmax; learned for a parameter of"
                    + " its own, which starts at 1.",
            range = "greater than 0, or learned")
        String temperature,
    @Setting(
            "What MTO may move: everything; the mask token alone; everything but the visible tokens"
                + " as it sees them; or everything but the encoder, which with mask tokens in the"
                + " encoder leaves the mask token.")
        Gradients gradients,
    @Setting(
            value =
                "Layers whose heterogeneity L_r compares, each with the one before it in the list;"
                    + " [] for all.",
            range = "two or more layers in rising order, from 0, or []")
        List<Integer> rankingLayers,
    @Setting(
            value =
                "The m of ln(1 + exp(d + m)) in L_r: how far heterogeneity is asked to fall from a"
                    + " layer to the next.",
            unit = "nats",
            range = "between 0 and 10")
        Double margin,
    @Setting(
            value = "Layers of L_spa, which is the mean over them.",
            range = "one or more different layers, from 0")
        List<Integer> sparsityLayers,
    @Setting(
            value =
                "Factor of all of MTO for a decoder, by its name, as {pixel: 1, feature: 0.5} of"
                    + " BootMAE; 1 where it is not named.",
            range = "names of decoders and numbers, 0 or greater")
        Map<String, Double> decoderWeights,
    @Setting(
            value =
                "Weight of a penalty on long tokens: the mean over layers and tokens of max(0,"
                    + " |t|² / (D · norm_reference²) - 1)², with D numbers in a token; 0 for none."
                    + " No schedule changes it.",
            range = Rules.NOT_NEGATIVE)
        Double normPenalty,
    @Setting(
            value =
                "Root mean square of a token's numbers above which it is long; 1 is what a layer"
                    + " normalisation gives.",
            range = Rules.POSITIVE)
        Double normReference,
    @Setting(
            value =
                "Gives each loss whose weight is not 0 another one: that with which the norm of its"
                    + " gradient is this share of the self-supervised loss's; 0 for the weights as"
                    + " they are.",
            unit = "share of the gradient's norm",
            range = Rules.NOT_NEGATIVE)
        Double gradientShare,
    @Setting(
            value =
                "Steps at the start over which both norms are measured for gradient_share; MTO has"
                    + " no weight until then.",
            unit = "steps",
            range = Rules.POSITIVE)
        Integer gradientShareSteps) {
  private static final String LEARNED = "learned";
  private static final int USUAL_SHARE_STEPS = 20;

  /** Weights of the three losses. */
  public record Weights(
      @Setting(
              value = "Weight of the sparsity loss L_spa (equation 3).",
              range = Rules.NOT_NEGATIVE)
          double spa,
      @Setting(
              value = "Weight of the heterogeneity loss L_e (equation 6).",
              range = Rules.NOT_NEGATIVE)
          double e,
      @Setting(value = "Weight of the ranking loss L_r (equation 7).", range = Rules.NOT_NEGATIVE)
          double r) {
    /** Refuses negative weights. */
    public Weights {
      Rules.notNegative("mto.weights.spa", spa);
      Rules.notNegative("mto.weights.e", e);
      Rules.notNegative("mto.weights.r", r);
    }
  }

  /** Which tensor is layer 0: before or after a decoder adds its position table. */
  public enum Initial {
    /** Masked tokens are still identical (Condition 1 of the paper's proof). */
    BEFORE_POSITION,
    /** The input of block 0. */
    AFTER_POSITION
  }

  /** What MTO may move. */
  public enum Gradients {
    /** Everything that its tokens are made of. */
    ALL,
    /** The mask tokens alone. */
    MASK_TOKEN,
    /** Everything, but not through the visible tokens that it is given. */
    NOT_VISIBLE,
    /** Everything but the parameters that evaluation takes as the encoder. */
    NOT_ENCODER
  }

  /**
   * Checks ranges and that everything is given that earlier versions knew; what came later is as it
   * was then where it is not given.
   */
  public MtoConfig {
    schedule = schedule == null ? new MtoSchedule(null, null, null, null, null, null) : schedule;
    temperature = temperature(temperature);
    gradients = gradients == null ? Gradients.ALL : gradients;
    rankingLayers = rankingLayers == null ? List.of() : List.copyOf(rankingLayers);
    margin = margin == null ? 0 : margin;
    sparsityLayers = sparsityLayers == null ? List.of(0) : List.copyOf(sparsityLayers);
    decoderWeights =
        decoderWeights == null
            ? Map.of()
            : Collections.unmodifiableMap(new TreeMap<>(decoderWeights));
    normPenalty = normPenalty == null ? 0 : normPenalty;
    normReference = normReference == null ? 1 : normReference;
    gradientShare = gradientShare == null ? 0 : gradientShare;
    gradientShareSteps = gradientShareSteps == null ? USUAL_SHARE_STEPS : gradientShareSteps;
    Rules.given("mto.weights", weights);
    Rules.given("mto.ranking", ranking);
    Rules.given("mto.initial", initial);
    Rules.given("mto.scale", scale);
    Rules.given("mto.normalise", normalise);
    Rules.given("mto.reduction", reduction);
    Rules.given("mto.self_affinity", selfAffinity);
    Rules.positive("mto.epsilon", epsilon);
    Rules.require(margin >= 0 && margin <= 10, "mto.margin", margin, "between 0 and 10");
    Rules.notNegative("mto.norm_penalty", normPenalty);
    Rules.positive("mto.norm_reference", normReference);
    Rules.notNegative("mto.gradient_share", gradientShare);
    Rules.positive("mto.gradient_share_steps", gradientShareSteps);
    decoderWeights.forEach(
        (name, factor) -> {
          Rules.given("mto.decoder_weights." + name, factor);
          Rules.notNegative("mto.decoder_weights." + name, factor);
        });
  }

  /** A temperature in one spelling; what is not given is 1. */
  private static String temperature(String text) {
    if (text == null || text.equals(LEARNED)) {
      return text == null ? "1.0" : text;
    }
    double value;
    try {
      value = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      value = Double.NaN;
    }
    Rules.require(
        value > 0 && Double.isFinite(value), "mto.temperature", text, "greater than 0, or learned");
    return Double.toString(value);
  }

  /** Whether the temperature is a parameter; one that is starts at 1. */
  public boolean learnsTemperature() {
    return temperature.equals(LEARNED);
  }

  /** Whether weights change while training goes on. */
  public boolean weightsChange() {
    return gradientShare > 0 || !schedule.stays();
  }

  /** The weights of the three losses before any schedule. */
  public MtoWeights lossWeights() {
    return new MtoWeights(weights.spa(), weights.e(), weights.r());
  }

  /**
   * Refuses layers that are not there.
   *
   * @param layers how many there are, the initial embedding among them
   */
  public void requireLayers(int layers) {
    requireUpTo(layers - 1, "mto.ranking_layers", rankingLayers);
    requireUpTo(layers - 1, "mto.sparsity_layers", sparsityLayers);
  }

  private static void requireUpTo(int last, String key, List<Integer> layers) {
    Rules.require(
        layers.stream().allMatch(layer -> layer <= last),
        key,
        layers,
        "of layers that MTO acts on here, 0 to " + last);
  }

  /** The options of the loss module. */
  public MtoOptions options() {
    return new MtoOptions(
        lossWeights(),
        ranking,
        rankingLayers,
        margin,
        sparsityLayers,
        scale,
        normalise,
        learnsTemperature() ? 1 : Double.parseDouble(temperature),
        reduction,
        selfAffinity,
        epsilon,
        gradients == Gradients.NOT_VISIBLE ? VisibleTokens.FIXED : VisibleTokens.MOVED,
        normPenalty,
        normReference);
  }

  /** The same without what earlier versions did not know. */
  public MtoConfig asInEarlierVersions() {
    return new MtoConfig(
        enabled,
        weights,
        ranking,
        initial,
        scale,
        normalise,
        reduction,
        selfAffinity,
        epsilon,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }
}
