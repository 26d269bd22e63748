/**
 * Training: {@link dev.mto.engine.run.TrainingLoop}, the one loop, trains a {@link
 * dev.mto.engine.run.Trainee} and tells {@link dev.mto.engine.listeners.TrainingListener}s. {@link
 * dev.mto.engine.run.PretrainingJob} puts them together for pre-training.
 */
package dev.mto.engine.run;
