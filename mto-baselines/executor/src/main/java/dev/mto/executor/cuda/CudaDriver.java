package dev.mto.executor.cuda;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;

/**
 * Functions of CUDA's driver, under their own names; addresses in the memory of a device are {@code
 * long}. Each returns 0 or the number of an error. All have the same form from CUDA 11 to 13.
 */
final class CudaDriver {
  static final int MULTIPROCESSORS = 16;
  static final int CAPABILITY_MAJOR = 75;
  static final int CAPABILITY_MINOR = 76;

  /** A stream that does not wait for the default one. */
  static final int NON_BLOCKING = 1;

  /** An event that only tells whether all before it is done. */
  static final int WITHOUT_TIME = 2;

  /** A capture that other threads do not disturb. */
  static final int CAPTURE_OF_THREAD = 1;

  static final int OUT_OF_MEMORY = 2;

  private CudaDriver() {}

  static native int cuInit(int flags);

  static native int cuDriverGetVersion(IntByReference version);

  static native int cuDeviceGetCount(IntByReference count);

  static native int cuDeviceGet(IntByReference device, int ordinal);

  static native int cuDeviceGetName(byte[] name, int length, int device);

  static native int cuDeviceGetUuid(byte[] uuid, int device);

  static native int cuDeviceGetAttribute(IntByReference value, int attribute, int device);

  static native int cuDevicePrimaryCtxRetain(PointerByReference context, int device);

  static native int cuDevicePrimaryCtxRelease_v2(int device);

  static native int cuCtxSetCurrent(Pointer context);

  static native int cuMemGetInfo_v2(LongByReference free, LongByReference total);

  static native int cuMemAlloc_v2(LongByReference address, long bytes);

  static native int cuMemFree_v2(long address);

  static native int cuMemHostAlloc(PointerByReference memory, long bytes, int flags);

  static native int cuMemFreeHost(Pointer memory);

  static native int cuMemcpyHtoDAsync_v2(long to, Pointer from, long bytes, Pointer stream);

  static native int cuMemcpyDtoHAsync_v2(Pointer to, long from, long bytes, Pointer stream);

  static native int cuStreamCreate(PointerByReference stream, int flags);

  static native int cuStreamSynchronize(Pointer stream);

  static native int cuStreamDestroy_v2(Pointer stream);

  static native int cuEventCreate(PointerByReference event, int flags);

  static native int cuEventRecord(Pointer event, Pointer stream);

  static native int cuEventSynchronize(Pointer event);

  static native int cuEventDestroy_v2(Pointer event);

  static native int cuModuleLoadData(PointerByReference module, Pointer image);

  static native int cuModuleGetFunction(PointerByReference function, Pointer module, String name);

  static native int cuModuleUnload(Pointer module);

  static native int cuLaunchKernel(
      Pointer function,
      int gridX,
      int gridY,
      int gridZ,
      int blockX,
      int blockY,
      int blockZ,
      int sharedBytes,
      Pointer stream,
      Pointer arguments,
      Pointer extra);

  static native int cuStreamBeginCapture_v2(Pointer stream, int mode);

  static native int cuStreamEndCapture(Pointer stream, PointerByReference graph);

  static native int cuGraphInstantiate_v2(
      PointerByReference executable, Pointer graph, Pointer node, Pointer log, long logBytes);

  static native int cuGraphLaunch(Pointer executable, Pointer stream);

  static native int cuGraphExecDestroy(Pointer executable);

  static native int cuGraphDestroy(Pointer graph);

  static native int cuGetErrorString(int error, PointerByReference text);

  /** An error for people. */
  static String text(int error) {
    PointerByReference text = new PointerByReference();
    cuGetErrorString(error, text);
    return text.getValue() == null
        ? "error " + error
        : "error %d, %s".formatted(error, text.getValue().getString(0));
  }
}
