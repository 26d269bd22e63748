package dev.mto.models;

import org.nd4j.autodiff.samediff.SDVariable;

/**
 * The result of an encoder.
 *
 * @param tokens all tokens [B, 1+N, D] after the final norm, the class token first
 * @param patches the patch tokens of {@code tokens} [B, N, D]
 * @param trace the tokens at every depth
 */
public record EncoderOutput(SDVariable tokens, SDVariable patches, Trace trace) {}
