/**
 * The training steps of SimMIM and MAE with Masked Token Optimization on libtorch, to measure the
 * SameDiff ones against: the same model, weights, batch, masks, losses, clip and optimizer, on
 * {@code org.bytedeco:pytorch}.
 *
 * <p>Kept apart from every other module because libtorch needs another JavaCPP than ND4J. {@link
 * dev.mto.peer.PeerProcess} is started by {@code ./mto bench step --peer}, which writes what it
 * reads:
 *
 * <pre>{@code
 * java -cp ... dev.mto.peer.PeerProcess case.json inputs.safetensors
 * }</pre>
 *
 * <p>Letters of the shapes: B batch, N patch tokens, T = 1 + N tokens with the class token, V
 * visible and M masked tokens of an image, D width of the encoder, E width of the decoder, H heads,
 * S side of the image, P side of a patch.
 */
package dev.mto.peer;
