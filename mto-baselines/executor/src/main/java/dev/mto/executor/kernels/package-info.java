/**
 * What a compiled plan is executed by: two small interfaces, {@link
 * dev.mto.executor.kernels.Kernels} and the {@link dev.mto.executor.kernels.Memory} that they work
 * on, and their implementation for CPUs.
 */
package dev.mto.executor.kernels;
