package dev.mto.executor.cuda;

/**
 * Who has the memory of a GPU, and what this process has run on it since it opened it.
 *
 * @param peakBytes the most that this process had allocated at a time
 * @param takenBytes what all processes have now, with what the driver and libraries take for them
 * @param totalBytes all that there is
 * @param graphsStarted how often a captured graph of kernels was started
 */
public record CudaUse(long peakBytes, long takenBytes, long totalBytes, long graphsStarted) {}
