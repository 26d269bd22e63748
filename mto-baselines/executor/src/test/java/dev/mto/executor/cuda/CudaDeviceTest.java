package dev.mto.executor.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.executor.kernels.ElementType;
import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.Kernels;
import dev.mto.executor.kernels.Kernels.LayerNormInputs;
import dev.mto.executor.kernels.Kernels.Rows;
import dev.mto.executor.kernels.Memory.Copy;
import dev.mto.executor.kernels.Selection;
import dev.mto.executor.kernels.Storage;
import dev.mto.executor.kernels.Tensor;
import dev.mto.executor.kernels.Unary;
import dev.mto.executor.memory.NotEnoughMemoryException;
import java.lang.ref.WeakReference;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** A GPU that is not there, not fit, or that fails; and its memory. */
@EnabledIf(
    value = "dev.mto.executor.cuda.EmulatedCuda#isPossible",
    disabledReason = EmulatedCuda.NEEDS)
class CudaDeviceTest {
  private static final int LAUNCH_FAILED = 719;

  private EmulatedCuda emulated;

  @BeforeEach
  void bind() {
    emulated = EmulatedCuda.bind();
  }

  @AfterEach
  void restore() {
    emulated.set("devices", 2).set("capability", 90).set("megabytes", 8192);
    emulated.set("capability of 0", 0);
  }

  private static void assertRefused(ThrowingCallable call, String... parts) {
    assertThatThrownBy(call)
        .isInstanceOf(CudaException.class)
        .message()
        .contains(parts)
        .doesNotContain("\n");
  }

  private static CudaKernels open(int ordinal) {
    return new CudaKernels(new CudaDevice(ordinal));
  }

  @Test
  void theGpuOfTheNumberIsOpened() {
    try (CudaKernels first = open(0);
        CudaKernels second = open(1)) {
      assertThat(List.of(first.name(), second.name()))
          .containsExactly("CUDA on emulated GPU 0", "CUDA on emulated GPU 1");
    }
  }

  @Test
  void noGpu() {
    emulated.set("devices", 0);
    assertRefused(() -> open(0), "finds no GPU", "nvidia-smi");
  }

  @Test
  void aDriverThatDoesNotStart() {
    emulated.fail("cuInit", 100);
    assertRefused(() -> open(0), "finds no GPU", "100, injected failure");
  }

  @Test
  void aNumberThatNoGpuHas() {
    assertRefused(() -> open(2), "there is no GPU 2", "this machine has 2");
  }

  @Test
  void aGpuFromBeforeTuring() {
    emulated.set("capability", 61);
    assertRefused(() -> open(0), "emulated GPU 0 is too old", "6.1", "7.5");
  }

  @Test
  void aGpuThatTheCompilerDoesNotKnow() {
    emulated.set("capability", 999);
    assertRefused(
        () -> open(0),
        "NVRTC 13.0 cannot compile kernels.cu",
        "capability 99.9",
        "nvrtc: error: / invalid value for --gpu-architecture",
        "newer CUDA");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cuModuleLoadData",
        "cuStreamCreate",
        "cuDevicePrimaryCtxRetain",
        "cuCtxSetCurrent",
        "cublasLtCreate",
        "cuMemAlloc_v2"
      })
  void aGpuThatFailsWhenItIsOpenedIsGivenBack(String function) {
    int before = emulated.opened();
    emulated.fail(function, 999);
    assertRefused(() -> open(0), "failed", "999");
    assertThat(emulated.opened()).isEqualTo(before);
    open(0).close();
    assertThat(emulated.opened()).isEqualTo(before);
  }

  @Test
  void aGpuForWhichNothingIsCompiledIsGivenBack() {
    int before = emulated.opened();
    emulated.set("capability", 999);
    assertRefused(() -> open(0), "cannot compile");
    assertThat(emulated.opened()).isEqualTo(before);
  }

  @Test
  void aGpuWhoseMemoryIsFull() {
    emulated.fail("cuDevicePrimaryCtxRetain", 2);
    assertRefused(() -> open(0), "memory of emulated GPU 0 is full", "nvidia-smi");
  }

  @Test
  void theFirstGpuThatFitsIsFoundBehindAnOldOne() {
    emulated.set("capability of 0", 61);
    assertThat(CudaKernelSets.firstFit())
        .hasToString("GPU 1, emulated GPU 1 (compute capability 9.0)");
  }

  @Test
  void noGpuThatFits() {
    emulated.set("capability", 61);
    assertRefused(CudaKernelSets::firstFit, "emulated GPU 0 is too old", "6.1");
  }

  @Test
  void productsOfBfloat16AreInGpusFromAmpereOn() {
    assertThat(new CudaGpu(0, "a GPU", 75).multipliesBfloat16()).isFalse();
    assertThat(new CudaGpu(0, "a GPU", 80).multipliesBfloat16()).isTrue();
  }

  @Test
  void moreMemoryThanThereIs() {
    emulated.set("megabytes", 40);
    try (CudaKernels kernels = open(0)) {
      assertThatThrownBy(() -> kernels.memory().allocate("a batch", 20L << 20))
          .isInstanceOf(NotEnoughMemoryException.class)
          .hasMessageContaining("a batch on emulated GPU 0")
          .satisfies(
              e -> assertThat(((NotEnoughMemoryException) e).available()).isEqualTo(8L << 20));
      kernels.memory().allocate("a smaller batch", 8L << 20).close();
    }
  }

  /** Of 40 MiB products have 32. */
  @Test
  void aBatchLeavesAPartOfTheMemoryForWhatComesWithItsKernels() {
    emulated.set("megabytes", 40);
    long spared = (40L << 20) / 64;
    long most = (8L << 20) - spared;
    try (CudaKernels kernels = open(0)) {
      assertThatThrownBy(() -> kernels.memory().allocateSparing("a batch", most + 1))
          .isInstanceOf(NotEnoughMemoryException.class)
          .hasMessageContaining("a batch on emulated GPU 0")
          .satisfies(e -> assertThat(((NotEnoughMemoryException) e).available()).isEqualTo(most));
      try (Storage batch = kernels.memory().allocateSparing("a batch", most);
          Storage tables = kernels.memory().allocate("tables", spared)) {
        assertThat(batch.bytes() + tables.bytes()).isEqualTo(8L << 20);
      }
    }
  }

  @Test
  void theHostMayHaveNoMemoryToCopyBy() {
    try (CudaKernels kernels = open(0);
        Storage storage = kernels.memory().allocate("a test", 64)) {
      Tensor x = storage.tensor(ElementType.FLOAT32, 0, 16);
      emulated.fail("cuMemHostAlloc", 2);
      assertRefused(
          () -> kernels.memory().upload(Nd4j.create(DataType.FLOAT, 16), x),
          "the host has no 4 MiB of memory",
          "ulimit -l");
      kernels.memory().upload(Nd4j.create(DataType.FLOAT, 16), x); // the GPU has not failed
    }
  }

  @Test
  void aKernelThatCannotBeStarted() {
    try (CudaKernels kernels = open(0);
        Storage storage = kernels.memory().allocate("a test", 64)) {
      Tensor x = storage.tensor(ElementType.FLOAT32, 0, 16);
      Kernel kernel = kernels.unary(Unary.of(Unary.Kind.GELU), x, x);
      emulated.fail("cuLaunchKernel", LAUNCH_FAILED);
      assertRefused(kernel::run, "719", "the last kernel was unary_float32", "last checkpoint");
    }
  }

  @Test
  void whatIsGivenBackAfterAFailureFailsNoMore() {
    assertThatThrownBy(
            () -> {
              try (CudaKernels kernels = open(0);
                  CudaKernels others = open(0);
                  Storage first = others.memory().allocate("a test", 64);
                  Storage storage = kernels.memory().allocate("a test", 64)) {
                Tensor x = storage.tensor(ElementType.FLOAT32, 0, 16);
                Kernel kernel = kernels.unary(Unary.of(Unary.Kind.GELU), x, x);
                assertThat(first.bytes()).isEqualTo(storage.bytes());
                emulated.fail("cuLaunchKernel", LAUNCH_FAILED);
                emulated.fail("cuMemFree_v2", LAUNCH_FAILED, 1); // of the other session
                kernel.run();
              }
            })
        .hasMessageContaining("719")
        .hasNoSuppressedExceptions();
    open(0).close();
  }

  @Test
  void aKernelThatFailsLaterIsNamedWhenItsResultIsWaitedFor() {
    try (CudaKernels kernels = open(0);
        Storage storage = kernels.memory().allocate("a test", 64)) {
      Tensor beyond = storage.tensor(ElementType.FLOAT32, 0, 17);
      kernels.zeroRows(new Rows(beyond, 0, 17), 1, 17).run();
      assertRefused(
          kernels::finish, "waiting for emulated GPU 0", "illegal memory access", "zero_rows");
    }
  }

  /**
   * As CUDA has it: nothing that is asked of the GPU afterwards is done, until all have left it.
   */
  @Test
  void aKernelThatFailsLaterHasAllFailUntilTheGpuIsOpenedAnew() {
    try (CudaKernels kernels = open(0);
        Storage storage = kernels.memory().allocate("a test", 64)) {
      Tensor x = storage.tensor(ElementType.FLOAT32, 0, 16);
      INDArray back = Nd4j.create(DataType.FLOAT, 16);
      emulated.fail("a kernel", LAUNCH_FAILED);
      kernels.memory().fill(x, 1); // asked for, and not done yet
      assertRefused(
          () -> kernels.memory().download(x, back),
          "waiting for emulated GPU 0",
          "719",
          "the last kernel was fill_float32");
      assertThat(back.toFloatVector()).containsOnly(0);
      assertRefused(() -> kernels.memory().fill(x, 1), "starting a kernel", "719");
      assertRefused(() -> kernels.memory().allocate("more", 64), "719");
    }
    try (CudaKernels kernels = open(0);
        Storage storage = kernels.memory().allocate("a test", 64)) {
      Tensor x = storage.tensor(ElementType.FLOAT32, 0, 16);
      INDArray back = Nd4j.create(DataType.FLOAT, 16);
      kernels.memory().fill(x, 1);
      kernels.memory().download(x, back);
      assertThat(back.toFloatVector()).containsOnly(1);
    }
  }

  @Test
  void memoryOfTheHostIsRefused() {
    try (CudaKernels kernels = open(0)) {
      INDArray array = Nd4j.create(DataType.FLOAT, 16);
      Tensor host = Tensor.onDevice(ElementType.FLOAT32, array.data().address(), 16);
      Kernel kernel = kernels.softmax(host, host);
      assertRefused(kernel::run, "no address on the device");
      assertRefused(() -> kernels.memory().upload(array, host), "copying to emulated GPU 0");
    }
  }

  @Test
  void elementsComeBackAsTheyWent() {
    try (CudaKernels kernels = open(0);
        Storage storage = kernels.memory().allocate("a test", 4000)) {
      INDArray all = Nd4j.rand(DataType.FLOAT, 4, 6);
      INDArray part = all.get(NDArrayIndex.interval(1, 3));
      Tensor tensor = storage.tensor(ElementType.FLOAT32, 64, 2, 6);
      INDArray back = Nd4j.create(DataType.FLOAT, 2, 6);
      kernels.memory().upload(part, tensor);
      kernels.memory().download(tensor, back);
      assertThat(back).isEqualTo(part);
    }
  }

  /**
   * What goes through the memory for copies more than once, beginning somewhere in it: buffers of
   * it are waited for, and the device is not.
   */
  @Test
  void moreComesBackAsItWentThanTheMemoryForCopiesHolds() {
    long elements = 10 * Staging.BYTES / Float.BYTES + 3;
    try (CudaKernels kernels = open(0);
        Storage storage = kernels.memory().allocate("a test", elements * Float.BYTES + 64)) {
      INDArray sent = Nd4j.rand(DataType.FLOAT, elements);
      INDArray back = Nd4j.create(DataType.FLOAT, elements);
      Tensor small = storage.tensor(ElementType.FLOAT32, elements * Float.BYTES, 16);
      Tensor large = storage.tensor(ElementType.FLOAT32, 0, elements);
      kernels.memory().upload(Nd4j.create(DataType.FLOAT, 16), small);
      long waits = emulated.count("synchronisations");
      long waitsForBuffers = emulated.count("waits for events");
      kernels.memory().upload(sent.dup(), large);
      assertThat(emulated.count("synchronisations")).isEqualTo(waits);
      assertThat(emulated.count("waits for events") - waitsForBuffers).isEqualTo(7);
      kernels.memory().download(large, back);
      assertThat(back.equalsWithEps(sent, 0)).isTrue();
      assertThat(emulated.count("synchronisations")).isEqualTo(waits + 1);
    }
  }

  @Test
  void uploadsAreNotWaitedForAndManyDownloadsOnce() {
    try (CudaKernels kernels = open(0);
        Storage storage = kernels.memory().allocate("a test", 64)) {
      Tensor one = storage.tensor(ElementType.FLOAT32, 0, 4);
      Tensor other = storage.tensor(ElementType.FLOAT32, 16, 4);
      INDArray sent = Nd4j.create(DataType.FLOAT, 4);
      long waits = emulated.count("synchronisations");
      kernels.memory().upload(sent.assign(1), one);
      kernels.memory().upload(sent.assign(2), other);
      sent.assign(3);
      assertThat(emulated.count("synchronisations")).isEqualTo(waits);

      INDArray first = Nd4j.create(DataType.FLOAT, 4);
      INDArray second = Nd4j.create(DataType.FLOAT, 4);
      kernels.memory().download(List.of(new Copy(one, first), new Copy(other, second)));
      assertThat(first.toFloatVector()).containsOnly(1);
      assertThat(second.toFloatVector()).containsOnly(2);
      assertThat(emulated.count("synchronisations")).isEqualTo(waits + 1);
    }
  }

  @Test
  void sessionsOfAGpuShareItUntilTheLastIsClosed() {
    EmulatedCuda.during(
        gpu -> {
          Kernels first = CudaKernelSets.chosen().orElseThrow();
          Kernels second = CudaKernelSets.chosen().orElseThrow();
          first.close();
          try (Storage storage = second.memory().allocate("a test", 64)) {
            Tensor x = storage.tensor(ElementType.FLOAT32, 0, 16);
            second.memory().fill(x, -2);
            second.unary(Unary.of(Unary.Kind.ABSOLUTE), x, x).run();
            INDArray back = Nd4j.create(DataType.FLOAT, 16);
            second.memory().download(x, back);
            assertThat(back.toFloatVector()).containsOnly(2);
          }
          second.close();
          return null;
        });
  }

  @Test
  void closingGivesAllMemoryBack() {
    CudaDevice other = new CudaDevice(0); // with the last of them memory would go anyway
    long before = emulated.bytes(0);
    try (CudaKernels kernels = open(0);
        Storage storage = kernels.memory().allocate("a test", 3 * 400_000 * 4)) {
      Tensor x = storage.tensor(ElementType.FLOAT32, 0, 100, 4000);
      Tensor vector = storage.tensor(ElementType.FLOAT32, 400_000 * 4, 4000);
      Tensor out = storage.tensor(ElementType.FLOAT32, 2 * 400_000 * 4, 100, 4000);
      kernels.layerNormGradient(
          new LayerNormInputs(x, vector, vector, 1e-6f, vector, vector), x, out, vector, vector);
      assertThat(emulated.bytes(0)).isGreaterThan(before);
    }
    assertThat(emulated.bytes(0)).isEqualTo(before);
    other.close();
  }

  @Test
  void indicesOfSelectionsThatNobodyHasAnyMoreAreGivenBackToo() throws InterruptedException {
    try (CudaDevice device = new CudaDevice(0)) {
      CudaSelections selections = new CudaSelections(device);
      long taken = emulated.bytes(0);
      WeakReference<Selection> selection = used(selections);
      assertThat(emulated.bytes(0)).isGreaterThan(taken);
      for (int i = 0; i < 100 && selection.get() != null; i++) {
        System.gc();
        Thread.sleep(20);
      }
      assertThat(selection.get()).isNull();
      selections.close();
      assertThat(emulated.bytes(0)).isEqualTo(taken);
    }
  }

  private static WeakReference<Selection> used(CudaSelections selections) {
    Selection selection = new Selection(1, 1, 2);
    selections.of(selection);
    return new WeakReference<>(selection);
  }

  @Test
  void aLayerNormalisationMayBeTooWide() {
    try (CudaKernels kernels = open(0);
        Storage storage = kernels.memory().allocate("a test", 4)) {
      Tensor x = storage.tensor(ElementType.FLOAT32, 0, 1, 4097);
      assertRefused(
          () -> kernels.layerNormGradient(new LayerNormInputs(x, x, x, 1e-6f, x, x), x, x, x, x),
          "width 4097",
          "4096");
    }
  }
}
