/**
 * The Vision Transformer of masked image modelling and its parts, as plain SameDiff graphs.
 *
 * <p>Letters of shapes: B batch, C channels, H x W image, P patch side, h x w = N patches, T = 1 +
 * N tokens with the class token, R = B*T rows, D width.
 */
package dev.mto.models;
