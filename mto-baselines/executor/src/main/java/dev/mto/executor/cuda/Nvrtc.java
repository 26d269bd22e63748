package dev.mto.executor.cuda;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;

/** Functions of NVRTC, CUDA's compiler, under their own names; each returns 0 or an error. */
final class Nvrtc {
  private Nvrtc() {}

  static native int nvrtcVersion(IntByReference major, IntByReference minor);

  static native int nvrtcCreateProgram(
      PointerByReference program,
      String source,
      String name,
      int headers,
      Pointer sources,
      Pointer names);

  static native int nvrtcCompileProgram(Pointer program, int count, Pointer options);

  static native int nvrtcGetProgramLogSize(Pointer program, LongByReference bytes);

  static native int nvrtcGetProgramLog(Pointer program, byte[] log);

  static native int nvrtcGetCUBINSize(Pointer program, LongByReference bytes);

  static native int nvrtcGetCUBIN(Pointer program, Pointer cubin);

  static native int nvrtcDestroyProgram(PointerByReference program);
}
