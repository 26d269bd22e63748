/**
 * Vectors of images for other programs: computed in one pass that can be stopped and goes on,
 * written as Parquet, CSV, NumPy or an index, and searched by similarity.
 */
package dev.mto.evaluation.embed;
