/** Kernels of any processor against the same arithmetic in double, at the shapes of a model. */
package dev.mto.executor.parity;
