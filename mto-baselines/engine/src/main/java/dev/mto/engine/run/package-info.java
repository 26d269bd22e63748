/**
 * A training job: its folder, its loop, its listeners and what it measures on the way. {@link
 * dev.mto.engine.run.PretrainingJob} trains, {@link dev.mto.engine.analysis.RunAnalysis} looks at
 * what came out.
 */
package dev.mto.engine.run;
