package dev.mto.jmh;

import dev.mto.executor.GraphSession;
import dev.mto.executor.SessionOptions;
import dev.mto.losses.MaskedTokenOptimization;
import dev.mto.losses.MtoOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * All MTO losses of 13 layers of tokens [8, 196, D], 118 of 196 masked, and their gradients to
 * every token.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class MtoLossBenchmark {
  private static final int LAYERS = 13;
  private static final int BATCH = 8;
  private static final int TOKENS = 196;
  private static final int MASKED = 118;

  /** Width D of a token. */
  @Param({"192", "384", "768"})
  public int dim;

  /** By what the graph is run. */
  @Param({"fast", "standard"})
  public String kernels;

  private GraphSession session;
  private Map<String, INDArray> feeds;
  private String loss;

  /** Builds the graph. */
  @Setup(Level.Trial)
  public void build() {
    SameDiff graph = SameDiff.create();
    SDVariable mask = graph.placeHolder("mask", DataType.FLOAT, -1, TOKENS);
    List<SDVariable> layers = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (int layer = 0; layer < LAYERS; layer++) {
      names.add("tokens" + layer);
      layers.add(
          graph.var(
              names.get(layer),
              Nd4j.randn(DataType.FLOAT, BATCH, TOKENS, dim).muli(Math.pow(dim, -0.5))));
    }
    loss =
        MaskedTokenOptimization.add(graph, "mto", layers, mask, MtoOptions.defaults())
            .weighted()
            .name();
    session =
        GraphSession.withGradients(
            graph,
            graph.getVariable(loss),
            names,
            kernels.equals("fast") ? SessionOptions.defaults() : SessionOptions.standard());
    feeds = Map.of("mask", mask());
  }

  private static INDArray mask() {
    Random random = new Random(1);
    INDArray mask = Nd4j.zeros(DataType.FLOAT, BATCH, TOKENS);
    for (int image = 0; image < BATCH; image++) {
      int masked = 0;
      while (masked < MASKED) {
        int token = random.nextInt(TOKENS);
        if (mask.getFloat(image, token) == 0) {
          mask.putScalar(image, token, 1);
          masked++;
        }
      }
    }
    return mask;
  }

  /** Losses and gradients. */
  @Benchmark
  public double lossesAndGradients() {
    double[] value = new double[1];
    session.run(feeds, List.of(loss), values -> value[0] = values.get(loss).getDouble(0));
    return value[0];
  }

  /** Gives the memory back. */
  @TearDown(Level.Trial)
  public void close() {
    session.close();
  }
}
