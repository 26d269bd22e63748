/** {@code ./mto embed} and {@code ./mto search}: vectors of images, and images by their vectors. */
package dev.mto.bench.embed;
