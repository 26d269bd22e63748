/** What a pre-trained encoder is good for: fine-tuning, linear probe, k-NN, as a library. */
package dev.mto.evaluation;
