package dev.mto.executor.cuda;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.StringArray;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32C;

/**
 * {@code kernels.cu} with what follows it, and their machine code, which NVRTC makes in a few
 * seconds, once a process, and once for all where the user's cache can be used.
 */
final class KernelSource {
  private static final String FILE = "kernels.cu";
  private static final String ATTENTION = "attention.cu";
  private static final Map<Integer, Memory> COMPILED = new ConcurrentHashMap<>();

  private KernelSource() {}

  /** The text of all files, as one. */
  static String text() {
    return text(FILE) + text(ATTENTION);
  }

  private static String text(String name) {
    try (InputStream file = KernelSource.class.getResourceAsStream(name)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(name + " cannot be read from the program's own jar", e);
    }
  }

  /**
   * Machine code.
   *
   * @param capability of the GPU, as 75 for 7.5
   * @throws CudaException when NVRTC refuses
   */
  static Memory compiled(int capability) {
    return COMPILED.computeIfAbsent(capability, c -> compiled(c, CubinCache.ofUser()));
  }

  /** Of the machine code for a capability; the same for the same bytes. */
  static String checksum(int capability) {
    Memory cubin = compiled(capability);
    CRC32C checksum = new CRC32C();
    checksum.update(cubin.getByteBuffer(0, cubin.size()));
    return Long.toHexString(checksum.getValue());
  }

  /** As {@link #compiled(int)}, from a cache or into it. */
  static Memory compiled(int capability, CubinCache cache) {
    String name = CubinCache.name(text(), version(), options(capability));
    return cache
        .read(name)
        .map(KernelSource::memory)
        .orElseGet(
            () -> {
              Memory made = compile(text(), capability);
              cache.write(name, made.getByteArray(0, Math.toIntExact(made.size())));
              return made;
            });
  }

  private static Memory memory(byte[] bytes) {
    Memory memory = new Memory(bytes.length);
    memory.write(0, bytes, 0, bytes.length);
    return memory;
  }

  private static String[] options(int capability) {
    return new String[] {"--gpu-architecture=sm_" + capability, "--std=c++14"};
  }

  /** Machine code of a text, as {@link #compiled} makes that of the file. */
  static Memory compile(String text, int capability) {
    PointerByReference program = new PointerByReference();
    check(Nvrtc.nvrtcCreateProgram(program, text, FILE, 0, Pointer.NULL, Pointer.NULL));
    try {
      String[] options = options(capability);
      int error =
          Nvrtc.nvrtcCompileProgram(program.getValue(), options.length, new StringArray(options));
      if (error != 0) {
        throw new CudaException(
            "NVRTC %s cannot compile %s for a GPU of capability %d.%d: %s; if the GPU is newer than"
                    .formatted(version(), FILE, capability / 10, capability % 10, log(program))
                + " that NVRTC, install the one of a newer CUDA");
      }
      LongByReference bytes = new LongByReference();
      check(Nvrtc.nvrtcGetCUBINSize(program.getValue(), bytes));
      Memory cubin = new Memory(bytes.getValue());
      check(Nvrtc.nvrtcGetCUBIN(program.getValue(), cubin));
      return cubin;
    } finally {
      Nvrtc.nvrtcDestroyProgram(program);
    }
  }

  private static String log(PointerByReference program) {
    LongByReference bytes = new LongByReference();
    check(Nvrtc.nvrtcGetProgramLogSize(program.getValue(), bytes));
    byte[] log = new byte[Math.toIntExact(bytes.getValue()) + 1];
    check(Nvrtc.nvrtcGetProgramLog(program.getValue(), log));
    return Native.toString(log, StandardCharsets.UTF_8).strip().replaceAll("\\s*\\R\\s*", " / ");
  }

  /** The version of NVRTC, as {@code 12.4}. */
  static String version() {
    IntByReference major = new IntByReference();
    IntByReference minor = new IntByReference();
    check(Nvrtc.nvrtcVersion(major, minor));
    return major.getValue() + "." + minor.getValue();
  }

  private static void check(int error) {
    if (error != 0) {
      throw new CudaException(
          "NVRTC failed with error %d; its installation is not whole, install it again"
              .formatted(error));
    }
  }
}
