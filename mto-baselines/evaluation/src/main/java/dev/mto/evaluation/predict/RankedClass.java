package dev.mto.evaluation.predict;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * A class with the probability that an image is of it.
 *
 * @param name of the class
 * @param probability in [0, 1]
 */
public record RankedClass(@JsonProperty("class") String name, double probability) {}
