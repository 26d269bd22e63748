package dev.mto.executor.cuda;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;

/** Functions of cuBLASLt under their own names; each returns 0 or an error. */
final class CublasLt {
  static final int TYPE_FLOAT32 = 0;
  static final int TYPE_BFLOAT16 = 14;
  static final int COMPUTE_FLOAT32 = 68;
  static final int COMPUTE_FLOAT32_BY_TF32 = 77;

  static final int PRODUCT_TRANSPOSE_A = 3;
  static final int PRODUCT_TRANSPOSE_B = 4;
  static final int PRODUCT_EPILOGUE = 7;
  static final int PRODUCT_BIAS_POINTER = 8;
  static final int EPILOGUE_BIAS = 4;

  static final int LAYOUT_BATCH = 5;
  static final int LAYOUT_BATCH_STRIDE = 6;

  static final int PREFERENCE_WORKSPACE = 1;
  static final int PREFERENCE_ALIGNMENT_A = 5;

  /** Size of {@code cublasLtMatmulHeuristicResult_t}, whose first 64 bytes are the algorithm. */
  static final int HEURISTIC_BYTES = 96;

  private CublasLt() {}

  static native int cublasLtCreate(PointerByReference handle);

  static native int cublasLtDestroy(Pointer handle);

  static native long cublasLtGetVersion();

  static native int cublasLtMatmulDescCreate(
      PointerByReference product, int computeType, int scaleType);

  static native int cublasLtMatmulDescSetAttribute(
      Pointer product, int attribute, Pointer value, long bytes);

  static native int cublasLtMatmulDescDestroy(Pointer product);

  static native int cublasLtMatrixLayoutCreate(
      PointerByReference layout, int type, long rows, long columns, long leadingDimension);

  static native int cublasLtMatrixLayoutSetAttribute(
      Pointer layout, int attribute, Pointer value, long bytes);

  static native int cublasLtMatrixLayoutDestroy(Pointer layout);

  static native int cublasLtMatmulPreferenceCreate(PointerByReference preference);

  static native int cublasLtMatmulPreferenceSetAttribute(
      Pointer preference, int attribute, Pointer value, long bytes);

  static native int cublasLtMatmulPreferenceDestroy(Pointer preference);

  static native int cublasLtMatmulAlgoGetHeuristic(
      Pointer handle,
      Pointer product,
      Pointer a,
      Pointer b,
      Pointer c,
      Pointer d,
      Pointer preference,
      int wanted,
      Pointer results,
      IntByReference found);

  static native int cublasLtMatmul(
      Pointer handle,
      Pointer product,
      Pointer alpha,
      long a,
      Pointer layoutOfA,
      long b,
      Pointer layoutOfB,
      Pointer beta,
      long c,
      Pointer layoutOfC,
      long d,
      Pointer layoutOfD,
      Pointer algorithm,
      long workspace,
      long workspaceBytes,
      Pointer stream);
}
