/**
 * What a pre-trained encoder is good for, as a library: k-NN and linear classifiers on frozen
 * features ({@link dev.mto.evaluation.FrozenEvaluation}), fine-tuning and the linear probe with
 * augmentation ({@link dev.mto.evaluation.ClassifierTraining}).
 */
package dev.mto.evaluation;
