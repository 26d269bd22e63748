/** Micro-benchmarks of the MTO losses and of single kernels. */
package dev.mto.jmh;
