/**
 * What every training job shares. A {@link dev.mto.engine.Baseline} describes a method; {@link
 * dev.mto.engine.run.PretrainingJob} trains it.
 */
package dev.mto.engine;
