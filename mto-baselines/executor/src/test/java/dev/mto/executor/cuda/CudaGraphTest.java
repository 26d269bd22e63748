package dev.mto.executor.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.executor.kernels.ElementType;
import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.KernelSequence;
import dev.mto.executor.kernels.Storage;
import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.kernels.Unary;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Kernels as a captured graph. */
@EnabledIf(
    value = "dev.mto.executor.cuda.EmulatedCuda#isPossible",
    disabledReason = EmulatedCuda.NEEDS)
class CudaGraphTest {
  private final EmulatedCuda gpu = EmulatedCuda.bind();
  private CudaKernels kernels;
  private Storage storage;
  private Tensor x;

  @BeforeEach
  void open() {
    kernels = new CudaKernels(new CudaDevice(0));
    storage = kernels.memory().allocate("a test", 4);
    x = storage.tensor(ElementType.FLOAT32, 0, 1);
    kernels.memory().fill(x, 1);
  }

  @AfterEach
  void close() {
    storage.close();
    kernels.close();
  }

  private Kernel linear(double scale, double shift) {
    return kernels.unary(Unary.linear(scale, shift), x, x);
  }

  private float element() {
    INDArray element = Nd4j.create(DataType.FLOAT, 1);
    kernels.memory().download(x, element);
    return element.getFloat(0);
  }

  @Test
  void kernelsAreRunInTheirOrderOnceARun() {
    long graphs = gpu.count("graphs");
    try (KernelSequence sequence = kernels.together(List.of(linear(3, 0), linear(1, 2)))) {
      float expected = 1;
      for (int i = 0; i < 4; i++) {
        sequence.run();
        expected = 3 * expected + 2;
        assertThat(element()).isEqualTo(expected);
      }
    }
    assertThat(gpu.count("graphs") - graphs).isEqualTo(3);
  }

  /** Which would be read once, when it is captured, and not in later runs. */
  @Test
  void memoryOfTheHostIsNotReadInACapture() {
    long graphs = gpu.count("graphs");
    INDArray host = Nd4j.create(DataType.FLOAT, 1);
    Kernel upload = () -> kernels.memory().upload(host, x);
    try (KernelSequence sequence = kernels.together(List.of(upload, linear(1, 5)))) {
      for (int i = 0; i < 3; i++) {
        host.assign(i);
        sequence.run();
        assertThat(element()).isEqualTo(i + 5);
      }
    }
    assertThat(gpu.count("graphs")).isEqualTo(graphs);
  }

  /** As by a session of another thread on the same GPU. */
  @Test
  void whatAnotherThreadRunsMeanwhileIsNotPartOfACapture() throws InterruptedException {
    Kernel doubled = linear(2, 0);
    Kernel tripled = linear(3, 0);
    Thread other = new Thread(tripled::run);
    int[] runs = {0};
    Kernel startsTheOther =
        () -> {
          if (runs[0]++ == 1) { // the run that is captured
            other.start();
            join(other);
          }
        };
    try (KernelSequence sequence = kernels.together(List.of(doubled, startsTheOther))) {
      sequence.run();
      sequence.run();
      other.join();
      sequence.run();
      assertThat(element()).isEqualTo(2 * 2 * 3 * 2);
    }
  }

  /** Waits for a while, since the thread may wait for this one. */
  private static void join(Thread thread) {
    try {
      thread.join(300);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aGraphOfMemoryThatWasGivenBackIsRefused() {
    Storage other = kernels.memory().allocate("a test", 4);
    Tensor y = other.tensor(ElementType.FLOAT32, 0, 1);
    try (KernelSequence sequence =
        kernels.together(List.of(kernels.unary(Unary.linear(1, 1), x, y)))) {
      sequence.run();
      sequence.run();
      other.close();
      assertThatThrownBy(sequence::run)
          .isInstanceOf(CudaException.class)
          .hasMessageContaining("starting a graph")
          .hasMessageContaining("the last kernel was one of a graph of 1");
    }
  }
}
