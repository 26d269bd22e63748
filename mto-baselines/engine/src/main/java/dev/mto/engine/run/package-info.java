/** A training job: its folder, its loop, its listeners and what it measures on the way. */
package dev.mto.engine.run;
