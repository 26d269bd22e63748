package dev.mto.spark;

import dev.mto.engine.errors.UserException;
import dev.mto.executor.cuda.CudaException;
import dev.mto.executor.cuda.CudaGpu;
import dev.mto.executor.cuda.CudaKernelSets;
import java.util.List;
import java.util.Optional;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.resource.ResourceInformation;

/** The GPU of a worker: the one that Spark has given it, or on one machine that of its rank. */
final class WorkerGpu {
  private static final String OF_EXECUTORS = "spark.executor.resource.gpu.";
  private static final String DISCOVERY = OF_EXECUTORS + "discoveryScript";

  private WorkerGpu() {}

  /**
   * Has Spark give each worker a GPU, as far as the user has not said how.
   *
   * @throws UserException where executors would not find theirs
   */
  static void ask(SparkConf conf) {
    conf.setIfMissing("spark.executorEnv.CUDA_DEVICE_ORDER", "PCI_BUS_ID"); // as nvidia-smi
    String master = conf.get("spark.master", "");
    if (master.startsWith("local")) {
      return;
    }
    conf.setIfMissing(OF_EXECUTORS + "amount", "1");
    conf.setIfMissing("spark.task.resource.gpu.amount", "1");
    boolean kubernetes = master.startsWith("k8s");
    if (kubernetes) {
      conf.setIfMissing(OF_EXECUTORS + "vendor", "nvidia.com");
    }
    if ((kubernetes || master.startsWith("yarn"))
        && !conf.contains(DISCOVERY)
        && !conf.contains("spark.resources.discoveryPlugin")) {
      throw new UserException(
          "--device cuda: executors find their GPU by a script; set %s to Spark's getGpusResources.sh (docs/scale.md)"
              .formatted(DISCOVERY));
    }
  }

  /** What there are too few places for, for people, where they have to have GPUs. */
  static String wanted(SparkConf conf) {
    return conf.contains(OF_EXECUTORS + "amount")
        ? ", with a GPU each; do its machines offer them (spark.worker.resource.gpu.amount of standalone ones)?"
        : "";
  }

  /**
   * Has this process compute on its GPU, where the job is one for GPUs.
   *
   * @param worker for people
   * @return what no other GPU is called, or nothing without a GPU
   * @throws UserException when Spark gives it none, or one that cannot be told
   * @throws CudaException when it is not there or cannot be used
   */
  static Optional<String> take(BarrierTaskContext context, int rank, String worker) {
    if (!CudaKernelSets.isChosen()) {
      return Optional.empty();
    }
    ResourceInformation given = context.resourcesJMap().get("gpu");
    Optional<List<String>> addresses =
        Optional.ofNullable(given).map(gpus -> List.of(gpus.addresses()));
    boolean here = SparkEnv.get().conf().get("spark.master", "").startsWith("local");
    int ordinal;
    try {
      ordinal = ordinal(addresses, here ? Optional.of(rank) : Optional.empty());
    } catch (UserException e) {
      throw new UserException(worker + ": " + e.getMessage(), e);
    }
    CudaGpu gpu = CudaKernelSets.gpu(ordinal);
    CudaKernelSets.choose(gpu.ordinal());
    return Optional.of(gpu.identity());
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
