package dev.mto.models;

import org.nd4j.autodiff.samediff.SDVariable;

/**
 * How the rows [R, D] of a batch of token sequences are grouped: R = B*tokens.
 *
 * @param tokens tokens of each image, a class token included
 * @param ones a column of ones [R, 1], see {@link Rows#column}
 */
public record Sequence(int tokens, SDVariable ones) {}
