package dev.mto.conmim;

import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The buffers of one batch normalisation, as PyTorch keeps them: exponential means of the
 * statistics of all batches, momentum 0.1. The graph does not read them; checkpoints hold them.
 */
final class RunningStatistics {
  private static final double MOMENTUM = 0.1;

  private final BatchStatistics batch;
  private final INDArray mean;
  private final INDArray variance;
  private final INDArray batches = Nd4j.scalar(0L);

  RunningStatistics(BatchStatistics batch, DataType type) {
    this.batch = batch;
    this.mean = Nd4j.zeros(type, batch.features());
    this.variance = Nd4j.ones(type, batch.features());
  }

  /** Moves the means towards the statistics of a batch, given by variable name. */
  void add(Map<String, INDArray> values) {
    move(mean, values.get(batch.mean().name()));
    move(variance, values.get(batch.variance().name()));
    batches.addi(1);
  }

  private static void move(INDArray running, INDArray measured) {
    try (INDArray share = measured.reshape(running.length()).mul(MOMENTUM)) {
      running.muli(1 - MOMENTUM).addi(share);
    }
  }

  /** The live buffers under their names in the official checkpoint. */
  Map<String, INDArray> buffers() {
    Map<String, INDArray> buffers = new LinkedHashMap<>();
    buffers.put(batch.layer() + ".running_mean", mean);
    buffers.put(batch.layer() + ".running_var", variance);
    buffers.put(batch.layer() + ".num_batches_tracked", batches);
    return buffers;
  }
}
