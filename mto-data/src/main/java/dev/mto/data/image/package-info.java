/**
 * One image: its file decoded by DataVec and OpenCV, cropped, flipped, changed in its colours, and
 * normalised into float32 [C, H, W].
 */
package dev.mto.data.image;
