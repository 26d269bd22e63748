/**
 * The SimMIM training step with Masked Token Optimization on libtorch, to measure the SameDiff one
 * against: the same model, losses, clip and optimizer, on {@code org.bytedeco:pytorch}.
 *
 * <p>Kept apart from every other module because libtorch needs another JavaCPP than ND4J. Example:
 *
 * <pre>{@code
 * java -cp ... dev.mto.peer.SimMimStep --image 224 --patch 16 --dim 192 --depth 12 --heads 3 --batch 8 --mto on
 * }</pre>
 *
 * <p>Letters of the shapes: B batch, N patch tokens, T = 1 + N tokens with the class token, V
 * visible and M masked tokens of an image, D width, H heads, S side of the image, P side of a
 * patch.
 */
package dev.mto.peer;
