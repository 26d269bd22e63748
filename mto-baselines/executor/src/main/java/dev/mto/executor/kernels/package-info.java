/**
 * What a compiled plan is executed by: one small interface, {@link
 * dev.mto.executor.kernels.Kernels}, and its implementation for CPUs.
 */
package dev.mto.executor.kernels;
