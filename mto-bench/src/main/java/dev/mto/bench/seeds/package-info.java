/** Figures over seeds. */
package dev.mto.bench.seeds;
