/**
 * Which tokens of an image are masked: {@link dev.mto.data.mask.Mask}, and the samplers of the four
 * baselines that draw one from the image's own stream.
 */
package dev.mto.data.mask;
