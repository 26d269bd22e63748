/** {@code predict}: classes of images by a classifier that was trained. */
package dev.mto.bench.predict;
