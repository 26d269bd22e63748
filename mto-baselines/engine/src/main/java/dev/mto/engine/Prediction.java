package dev.mto.engine;

import org.nd4j.autodiff.samediff.SDVariable;

/**
 * A picture that a method can make of what it predicts.
 *
 * @param name suffix of the picture's file; empty for the usual one
 * @param caption what is shown and where it comes from, one line for people
 * @param image [B, C, H, W], in normalised pixels
 */
public record Prediction(String name, String caption, SDVariable image) {}
