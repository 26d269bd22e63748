/**
 * Kernels for NVIDIA GPUs, from Turing on. They are the functions of {@code kernels.cu}, which
 * NVRTC compiles for the GPU when a session is made, and cuBLASLt's matrix products. Of CUDA only
 * the driver and these two libraries are needed, found by name when a GPU is asked for; nothing of
 * it is needed to build or to run on a CPU.
 *
 * <p>Sessions use {@link dev.mto.executor.cuda.CudaKernelSets}; {@link
 * dev.mto.executor.cuda.CudaSurvey} and {@link dev.mto.executor.cuda.CudaSelfTest} tell people what
 * is there and whether it works.
 */
package dev.mto.executor.cuda;
