/**
 * The trainer that all methods share. A {@link dev.mto.engine.Baseline} describes a method and
 * builds its {@link dev.mto.engine.Model}; {@link dev.mto.engine.run.PretrainingJob} trains it.
 */
package dev.mto.engine;
