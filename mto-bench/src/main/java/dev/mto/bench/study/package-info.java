/** Grids of pre-training runs, evaluated and compared. */
package dev.mto.bench.study;
