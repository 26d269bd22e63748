/** {@code evaluate}: fine-tuning, linear probe and k-NN of a pre-trained encoder. */
package dev.mto.bench.evaluate;
