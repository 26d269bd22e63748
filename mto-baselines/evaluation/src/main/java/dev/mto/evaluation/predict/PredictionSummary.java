package dev.mto.evaluation.predict;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.mto.engine.encoder.Scores;

/**
 * What predicting gave.
 *
 * @param images that were predicted
 * @param unreadable that were left out
 * @param scores by the classes of the images' folders; null where these are not known
 */
public record PredictionSummary(
    long images, int unreadable, @JsonInclude(JsonInclude.Include.NON_NULL) Scores scores) {}
