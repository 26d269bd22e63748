/**
 * Arithmetic on decoded pixels, bytes in BGR order: look-up tables, hue, blending, affine warps,
 * and RandAugment, which is made of them. Nothing here knows of files or batches.
 */
package dev.mto.data.pixels;
