package dev.mto.spark;

import dev.mto.engine.errors.UserException;
import dev.mto.executor.cuda.CudaException;
import dev.mto.executor.cuda.CudaKernelSets;
import java.util.List;
import java.util.Optional;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.resource.ResourceInformation;

/** The GPU of a worker: the one that Spark has given it, or on one machine that of its rank. */
final class WorkerGpu {
  /** What Spark calls GPUs. */
  static final String RESOURCE = "gpu";

  private WorkerGpu() {}

  /**
   * Has this process compute on its GPU, where the job is one for GPUs.
   *
   * @param worker for people
   * @throws UserException when it has none, or cannot use it
   */
  static void take(BarrierTaskContext context, int rank, String worker) {
    if (!CudaKernelSets.isChosen()) {
      return;
    }
    ResourceInformation given = context.resourcesJMap().get(RESOURCE);
    Optional<List<String>> addresses =
        Optional.ofNullable(given).map(gpus -> List.of(gpus.addresses()));
    boolean here = SparkEnv.get().conf().get("spark.master", "").startsWith("local");
    try {
      int ordinal = ordinal(addresses, here ? Optional.of(rank) : Optional.empty());
      CudaKernelSets.choose(CudaKernelSets.gpu(ordinal).ordinal());
    } catch (CudaException | UserException e) {
      throw new UserException(worker + ": --device cuda: " + e.getMessage(), e);
    }
  }

  /**
   * The number of a GPU.
   *
   * @param given addresses of GPUs that Spark has given the worker; nothing where it deals out none
   * @param otherwise the number to take then; nothing where there is none to take
   * @throws UserException when there is no such number
   */
  static int ordinal(Optional<List<String>> given, Optional<Integer> otherwise) {
    if (given.isEmpty()) {
      return otherwise.orElseThrow(
          () ->
              new UserException(
                  "Spark gives this worker no GPU; set spark.executor.resource.gpu.amount=1 and"
                      + " spark.task.resource.gpu.amount=1 (docs/scale.md)"));
    }
    List<String> addresses = given.get();
    if (addresses.size() != 1) {
      throw new UserException(
          "Spark gives this worker %d GPUs, and it computes on one; set spark.executor.resource.gpu.amount and spark.task.resource.gpu.amount to 1"
              .formatted(addresses.size()));
    }
    String address = addresses.get(0).strip();
    if (!address.matches("\\d{1,4}")) {
      throw new UserException(
          "Spark's discovery script calls the GPU '%s'; have it print the numbers of nvidia-smi (--query-gpu=index)"
              .formatted(address));
    }
    return Integer.parseInt(address);
  }
}
