package dev.mto.engine;

import org.nd4j.autodiff.samediff.SDVariable;

/**
 * An encoder alone, as it is used once pre-training is over: every token visible.
 *
 * @param images placeholder {@code images} [B, C, H, W] of normalised pixels
 * @param tokens all tokens [B, 1+N, D] after the final norm, the class token first
 * @param features the patch tokens of {@code tokens} [B, N, D]
 */
public record Encoder(SDVariable images, SDVariable tokens, SDVariable features) {}
