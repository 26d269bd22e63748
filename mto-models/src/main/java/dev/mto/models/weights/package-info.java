/**
 * Weight files: safetensors, NumPy archives and PyTorch checkpoints. Nothing in them is executed.
 */
package dev.mto.models.weights;
