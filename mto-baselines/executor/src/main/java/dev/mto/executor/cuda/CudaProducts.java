package dev.mto.executor.cuda;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import dev.mto.executor.kernels.ElementType;
import dev.mto.executor.kernels.Kernel;
import dev.mto.executor.kernels.Kernels.MatrixProduct;
import dev.mto.executor.kernels.Tensor;
import java.util.HashMap;
import java.util.Map;

/**
 * Matrix products by cuBLASLt, sums in float32, and operands of float32 rounded to TF32 only where
 * a product allows it. cuBLASLt thinks in columns: what is a row-major matrix [M, N] here is [N, M]
 * to it, so that it is asked for {@code outᵀ = op(b)ᵀ·op(a)ᵀ}.
 */
final class CudaProducts implements AutoCloseable {
  private static final long WORKSPACE_BYTES = 32L << 20;
  private static final int LARGEST_ALIGNMENT = 256; // bytes

  private final CudaDevice device;
  private final Grid grid;
  private final Scratch scratch;
  private final Pointer handle;
  private final long workspace;
  private final Map<Kind, Prepared> known = new HashMap<>();

  /**
   * What products have in common that cuBLASLt does in the same way.
   *
   * @param tf32 whether operands of float32 are rounded
   * @param alignmentOfBias in bytes; 0 for no bias
   */
  private record Kind(
      boolean tf32,
      Matrix a,
      boolean transposeA,
      Matrix b,
      boolean transposeB,
      Matrix out,
      int alignmentOfBias,
      int alignmentOfAddend) {}

  /** A batch of matrices in c order; the alignment is that of the first element, in bytes. */
  private record Matrix(ElementType type, long batch, long rows, long columns, int alignment) {
    static Matrix of(Tensor tensor) {
      long[] shape = tensor.shape();
      long rows = shape[shape.length - 2];
      long columns = shape[shape.length - 1];
      return new Matrix(
          tensor.type(),
          tensor.length() / (rows * columns),
          rows,
          columns,
          alignment(tensor.address()));
    }

    private static int alignment(long address) {
      return (int) Math.min(LARGEST_ALIGNMENT, Long.lowestOneBit(address));
    }
  }

  /** Objects of cuBLASLt. */
  private record Prepared(
      Pointer product, Pointer layoutOfA, Pointer layoutOfB, Pointer layoutOfOut, Memory choice) {}

  CudaProducts(CudaDevice device, Grid grid, Scratch scratch) {
    this.device = device;
    this.grid = grid;
    this.scratch = scratch;
    device.enter();
    PointerByReference made = new PointerByReference();
    check(CublasLt.cublasLtCreate(made), "starting");
    handle = made.getValue();
    try {
      workspace = device.allocate("workspace of matrix products", WORKSPACE_BYTES);
    } catch (RuntimeException e) {
      CublasLt.cublasLtDestroy(handle);
      throw e;
    }
  }

  /** As {@link dev.mto.executor.kernels.Kernels#matmul}. */
  Kernel prepare(MatrixProduct product, Tensor out) {
    if (out.length() == 0) {
      return () -> {};
    }
    device.enter(); // for which cuBLASLt chooses
    return product.bias() != null && out.type() == ElementType.BFLOAT16
        ? biasBeforeRounding(product, out)
        : product(product, out);
  }

  /** cuBLASLt would take a bias of bfloat16 only, so it is added to sums of float32 apart. */
  private Kernel biasBeforeRounding(MatrixProduct product, Tensor out) {
    Tensor sums =
        Tensor.onDevice(
            ElementType.FLOAT32, scratch.require(out.length() * Float.BYTES), out.shape());
    Kernel multiply =
        product(
            new MatrixProduct(
                product.a(),
                product.transposeA(),
                product.b(),
                product.transposeB(),
                product.scale(),
                null,
                product.addend()),
            sums);
    int columns = Math.toIntExact(Matrix.of(out).columns());
    Kernel add =
        grid.elements(
            "add_bias_bfloat16",
            out.length(),
            new KernelArguments().with(sums, product.bias(), out).with(columns));
    return () -> {
      multiply.run();
      add.run();
    };
  }

  private Kernel product(MatrixProduct product, Tensor out) {
    Tensor addend = product.addend() == null ? out : product.addend();
    Kind kind =
        new Kind(
            product.tf32() && product.a().type() == ElementType.FLOAT32,
            Matrix.of(product.a()),
            product.transposeA(),
            Matrix.of(product.b()),
            product.transposeB(),
            Matrix.of(out),
            product.bias() == null ? 0 : Matrix.alignment(product.bias().address()),
            Matrix.alignment(addend.address()));
    Memory bias = product.bias() == null ? null : pointer(product.bias().address());
    Prepared prepared = known.computeIfAbsent(kind, k -> prepare(k, bias));
    Memory factors = new Memory(2L * Float.BYTES);
    factors.setFloat(0, product.scale());
    factors.setFloat(Float.BYTES, product.addend() == null ? 0 : 1);
    Pointer ofAddend = factors.share(Float.BYTES);
    Runnable multiply =
        () -> {
          setBias(prepared.product(), bias);
          check(
              CublasLt.cublasLtMatmul(
                  handle,
                  prepared.product(),
                  factors,
                  product.b().address(),
                  prepared.layoutOfB(),
                  product.a().address(),
                  prepared.layoutOfA(),
                  ofAddend,
                  addend.address(),
                  prepared.layoutOfOut(),
                  out.address(),
                  prepared.layoutOfOut(),
                  prepared.choice(),
                  workspace,
                  WORKSPACE_BYTES,
                  device.stream()),
              "multiplying " + kind);
        };
    return () -> device.inTurn(multiply);
  }

  /**
   * Products of a kind share their description, so that each sets its bias before it is asked for.
   */
  private static void setBias(Pointer product, Memory bias) {
    if (bias != null) {
      check(
          CublasLt.cublasLtMatmulDescSetAttribute(
              product, CublasLt.PRODUCT_BIAS_POINTER, bias, bias.size()),
          "setting a bias");
    }
  }

  private Prepared prepare(Kind kind, Memory bias) {
    PointerByReference made = new PointerByReference();
    check(
        CublasLt.cublasLtMatmulDescCreate(
            made,
            kind.tf32() ? CublasLt.COMPUTE_FLOAT32_BY_TF32 : CublasLt.COMPUTE_FLOAT32,
            CublasLt.TYPE_FLOAT32),
        "describing a product");
    Pointer product = made.getValue();
    setOfProduct(product, CublasLt.PRODUCT_TRANSPOSE_A, kind.transposeB() ? 1 : 0);
    setOfProduct(product, CublasLt.PRODUCT_TRANSPOSE_B, kind.transposeA() ? 1 : 0);
    if (bias != null) {
      setOfProduct(product, CublasLt.PRODUCT_EPILOGUE, CublasLt.EPILOGUE_BIAS);
      setBias(product, bias);
    }
    Pointer a = layout(kind.a());
    Pointer b = layout(kind.b());
    Pointer out = layout(kind.out());
    return new Prepared(product, a, b, out, choose(kind, product, a, b, out));
  }

  private static void setOfProduct(Pointer product, int attribute, int value) {
    Memory bytes = integer(value);
    check(
        CublasLt.cublasLtMatmulDescSetAttribute(product, attribute, bytes, bytes.size()),
        "describing a product");
  }

  private static Pointer layout(Matrix matrix) {
    int type =
        switch (matrix.type()) {
          case FLOAT32 -> CublasLt.TYPE_FLOAT32;
          case BFLOAT16 -> CublasLt.TYPE_BFLOAT16;
        };
    PointerByReference made = new PointerByReference();
    check(
        CublasLt.cublasLtMatrixLayoutCreate(
            made,
            type,
            /* rows= */ matrix.columns(),
            /* columns= */ matrix.rows(),
            matrix.columns()),
        "describing a matrix");
    if (matrix.batch() > 1) {
      Memory count = integer(Math.toIntExact(matrix.batch()));
      Memory stride = pointer(matrix.rows() * matrix.columns());
      check(
          CublasLt.cublasLtMatrixLayoutSetAttribute(
              made.getValue(), CublasLt.LAYOUT_BATCH, count, count.size()),
          "describing a matrix");
      check(
          CublasLt.cublasLtMatrixLayoutSetAttribute(
              made.getValue(), CublasLt.LAYOUT_BATCH_STRIDE, stride, stride.size()),
          "describing a matrix");
    }
    return made.getValue();
  }

  /** cuBLASLt's first choice of an algorithm. */
  private Memory choose(Kind kind, Pointer product, Pointer a, Pointer b, Pointer out) {
    PointerByReference made = new PointerByReference();
    check(CublasLt.cublasLtMatmulPreferenceCreate(made), "choosing an algorithm");
    Pointer preference = made.getValue();
    prefer(preference, CublasLt.PREFERENCE_WORKSPACE, pointer(WORKSPACE_BYTES));
    int[] alignments = {
      kind.b().alignment(), kind.a().alignment(), kind.alignmentOfAddend(), kind.out().alignment()
    };
    for (int i = 0; i < alignments.length; i++) {
      prefer(preference, CublasLt.PREFERENCE_ALIGNMENT_A + i, integer(alignments[i]));
    }
    Memory choice = new Memory(CublasLt.HEURISTIC_BYTES);
    IntByReference found = new IntByReference();
    int error =
        CublasLt.cublasLtMatmulAlgoGetHeuristic(
            handle, product, b, a, out, out, preference, 1, choice, found);
    CublasLt.cublasLtMatmulPreferenceDestroy(preference);
    if (error != 0 || found.getValue() == 0) {
      throw new CudaException(
          "cuBLASLt %d has no algorithm for %s (error %d); install that of a newer CUDA, or run on"
                  .formatted(CublasLt.cublasLtGetVersion(), kind, error)
              + " the CPU");
    }
    return choice;
  }

  private static void prefer(Pointer preference, int attribute, Memory value) {
    check(
        CublasLt.cublasLtMatmulPreferenceSetAttribute(preference, attribute, value, value.size()),
        "choosing an algorithm");
  }

  private static Memory integer(int value) {
    Memory memory = new Memory(Integer.BYTES);
    memory.setInt(0, value);
    return memory;
  }

  private static Memory pointer(long value) {
    Memory memory = new Memory(Long.BYTES);
    memory.setLong(0, value);
    return memory;
  }

  private static void check(int error, String what) {
    if (error != 0) {
      throw new CudaException(
          "cuBLASLt failed with error %d while %s; start again from the last checkpoint"
              .formatted(error, what));
    }
  }

  @Override
  public void close() {
    for (Prepared prepared : known.values()) {
      CublasLt.cublasLtMatrixLayoutDestroy(prepared.layoutOfA());
      CublasLt.cublasLtMatrixLayoutDestroy(prepared.layoutOfB());
      CublasLt.cublasLtMatrixLayoutDestroy(prepared.layoutOfOut());
      CublasLt.cublasLtMatmulDescDestroy(prepared.product());
    }
    known.clear();
    device.free(workspace);
    CublasLt.cublasLtDestroy(handle);
  }
}
