/**
 * The tensors of a model, and their exchange with files and checkpoints; {@link
 * dev.mto.engine.weights.TrainedModel} opens what was trained.
 */
package dev.mto.engine.weights;
