/** Accuracy against epochs, and the paper's measure of two such curves (RAUC, eq. 8). */
package dev.mto.evaluation.curve;
