/** The tensors of a model, and their exchange with files and checkpoints. */
package dev.mto.engine.weights;
