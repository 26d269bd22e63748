package dev.mto.engine;

import dev.mto.data.image.Photometric;
import dev.mto.data.mask.MaskSampler;
import dev.mto.engine.config.RunConfig;
import dev.mto.models.EncoderOutput;
import dev.mto.models.Parameters;
import java.util.List;
import java.util.Optional;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * A method of masked image modelling. A new one is a Maven module with one implementation, named in
 * {@code META-INF/services/dev.mto.engine.Baseline}; nothing else changes.
 */
public interface Baseline {
  /** The name users write after {@code baseline:} in a configuration. */
  String name();

  /** The name people know the method by, for pages and pictures. */
  default String title() {
    return name();
  }

  /**
   * What is normal in the curve of the method's own loss, for people who look at it: its unit, what
   * it starts from, what its reference is, and what is no reason to worry. Whole sentences; none by
   * default.
   */
  default List<String> aboutLoss(RunConfig config) {
    return List.of();
  }

  /**
   * The default of every configuration key, as YAML: the engine's {@code defaults.yaml} and, over
   * it, the resource {@code recipe.yaml} beside the implementation, which gives what the official
   * recipe of the method does differently, and the method's own {@code options}.
   */
  default String recipe() {
    return Recipes.over("defaults.yaml", getClass(), "recipe.yaml")
        .orElseThrow(
            () ->
                new IllegalStateException(
                    getClass().getName() + " has no recipe.yaml beside it; add the resource"));
  }

  /**
   * The record of the method's own {@code options}, whose components say by {@link
   * dev.mto.engine.config.Setting} what each key is; empty for a method that has none, or does not
   * describe them.
   */
  default Optional<Class<? extends Record>> optionsType() {
    return Optional.empty();
  }

  /**
   * The default of every key of fine-tuning, as YAML: the engine's {@code finetune.yaml}, which is
   * MAE's, and over it the resource of that name beside the implementation, where there is one.
   */
  default String fineTuneRecipe() {
    return Recipes.overUsual(getClass(), "finetune.yaml");
  }

  /**
   * The default of every key of linear probing, as YAML: the engine's {@code linear.yaml}, which is
   * MAE's with the mean of patch tokens, and over it the resource of that name beside the
   * implementation, where there is one.
   */
  default String linearProbeRecipe() {
    return Recipes.overUsual(getClass(), "linear.yaml");
  }

  /**
   * The default of every key of attentive probing, as YAML: the engine's {@code attentive.yaml},
   * which is near AIM's, and over it the resource of that name beside the implementation, where
   * there is one.
   */
  default String attentiveProbeRecipe() {
    return Recipes.overUsual(getClass(), "attentive.yaml");
  }

  /**
   * How images are masked.
   *
   * @throws IllegalArgumentException when the configured masking does not fit the model
   */
  MaskSampler masks(RunConfig config);

  /**
   * A second view of every training image: the same crop, changed in its colours. By default there
   * is none.
   */
  default Optional<Photometric> secondView(RunConfig config) {
    return Optional.empty();
  }

  /**
   * Builds the model into the graph of {@code parameters}.
   *
   * @param parameters declares the trainable variables under their official names
   * @throws IllegalArgumentException when the configured model is not possible
   */
  Model build(RunConfig config, Parameters parameters);

  /**
   * Builds the encoder alone, every patch visible, with the names that {@link #build} gives it.
   *
   * @param images placeholder [B, C, H, W] of normalised pixels
   * @param dropPath placeholder [2*depth, B], see {@link dev.mto.models.DropPath}; null to drop
   *     nothing
   * @param fineTuned whether it is trained on: it may then have parameters of its own, e.g. learned
   *     positions or those of each block, as the official fine-tuning has
   * @throws IllegalArgumentException when the configured model is not possible
   */
  EncoderOutput encoder(
      RunConfig config,
      Parameters parameters,
      SDVariable images,
      SDVariable dropPath,
      boolean fineTuned);
}
