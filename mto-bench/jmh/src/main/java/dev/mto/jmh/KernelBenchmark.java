package dev.mto.jmh;

import dev.mto.executor.kernels.Binary;
import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.KernelSets;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.kernels.Unary;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.FloatPointer;
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

/** Single kernels at the sizes of a Transformer block: 8 images of 197 tokens of width D. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class KernelBenchmark {
  private static final int ROWS = 8 * 197;
  private static final int TOKENS = 197;
  private static final int HEAD = 64;

  /** Width D of a token. */
  @Param({"192", "384", "768"})
  public int dim;

  private Kernels kernels;
  private Kernel linear;
  private Kernel weightGradient;
  private Kernel attentionScores;
  private Kernel softmax;
  private Kernel softmaxGradient;
  private Kernel layerNorm;
  private Kernel layerNormGradient;
  private Kernel gelu;
  private Kernel geluGradient;
  private Kernel residual;

  /** Prepares the kernels. */
  @Setup(Level.Trial)
  public void prepare() {
    kernels = KernelSets.fast().orElseThrow(() -> new IllegalStateException("no fast kernels"));
    Tensor x = random(ROWS, dim);
    Tensor hidden = random(ROWS, 4L * dim);
    Tensor other = random(ROWS, 4L * dim);
    Tensor weight = random(4L * dim, dim);
    Tensor bias = random(4L * dim);
    linear =
        kernels.matmul(
            new Kernels.MatrixProduct(x, false, weight, true, 1, bias, null), hidden);
    weightGradient =
        kernels.matmul(
            new Kernels.MatrixProduct(hidden, true, x, false, 1, null, null),
            random(4L * dim, dim));
    long heads = 8L * dim / HEAD;
    Tensor scores = random(heads, TOKENS, TOKENS);
    attentionScores =
        kernels.matmul(
            new Kernels.MatrixProduct(
                random(heads, TOKENS, HEAD), false, random(heads, TOKENS, HEAD), true, 1, null, null),
            scores);
    Tensor probabilities = random(heads, TOKENS, TOKENS);
    softmax = kernels.softmax(scores, probabilities);
    softmaxGradient =
        kernels.softmaxGradient(probabilities, scores, random(heads, TOKENS, TOKENS));
    Tensor gain = random(dim);
    Tensor shift = random(dim);
    Tensor mean = random(ROWS);
    Tensor variance = random(ROWS);
    Tensor out = random(ROWS, dim);
    layerNorm = kernels.layerNorm(x, gain, shift, 1e-6f, out, mean, variance);
    layerNormGradient =
        kernels.layerNormGradient(
            new Kernels.LayerNormInputs(x, gain, shift, 1e-6f, mean, variance),
            out,
            random(ROWS, dim),
            random(dim),
            random(dim));
    gelu = kernels.unary(Unary.of(Unary.Kind.GELU), hidden, other);
    geluGradient =
        kernels.unaryGradient(
            Unary.of(Unary.Kind.GELU), hidden, other, random(ROWS, 4L * dim));
    residual = kernels.binary(Binary.ADD, x, out, random(ROWS, dim));
    layerNorm.run();
  }

  private static Tensor random(long... shape) {
    Random random = new Random(Tensor.length(shape));
    float[] values = new float[(int) Tensor.length(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return new Tensor(new FloatPointer(values), shape);
  }

  /** [1576, D] by [D, 4D] with bias. */
  @Benchmark
  public void linear() {
    linear.run();
  }

  /** [4D, 1576] by [1576, D]. */
  @Benchmark
  public void weightGradient() {
    weightGradient.run();
  }

  /** [heads, 197, 64] by [heads, 64, 197]. */
  @Benchmark
  public void attentionScores() {
    attentionScores.run();
  }

  /** [heads, 197, 197]. */
  @Benchmark
  public void softmax() {
    softmax.run();
  }

  /** [heads, 197, 197]. */
  @Benchmark
  public void softmaxGradient() {
    softmaxGradient.run();
  }

  /** [1576, D]. */
  @Benchmark
  public void layerNorm() {
    layerNorm.run();
  }

  /** [1576, D]. */
  @Benchmark
  public void layerNormGradient() {
    layerNormGradient.run();
  }

  /** [1576, 4D]. */
  @Benchmark
  public void gelu() {
    gelu.run();
  }

  /** [1576, 4D]. */
  @Benchmark
  public void geluGradient() {
    geluGradient.run();
  }

  /** [1576, D]. */
  @Benchmark
  public void residual() {
    residual.run();
  }

  /** Gives the memory back. */
  @TearDown(Level.Trial)
  public void close() {
    kernels.close();
  }
}
