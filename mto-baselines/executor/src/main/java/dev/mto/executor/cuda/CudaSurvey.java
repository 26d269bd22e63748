package dev.mto.executor.cuda;

import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What this machine has for plans on a GPU, and what it lacks.
 *
 * @param described driver, libraries and GPUs by name, each with what is known of it or what to do
 *     about it; empty where there is no driver
 * @param fit the GPUs that plans can run on
 */
public record CudaSurvey(Map<String, String> described, List<CudaGpu> fit) {
  /** Looks at this machine, in less than a second; no kernel is compiled. */
  public static CudaSurvey ofThisMachine() {
    return of(CudaLibraries.ofThisMachine());
  }

  static CudaSurvey of(CudaLibraries libraries) {
    Map<String, String> described = new LinkedHashMap<>(libraries.described());
    List<CudaGpu> fit = new ArrayList<>();
    if (described.size() > 1) {
      lookAtGpus(described, fit);
    }
    try {
      libraries.bind();
    } catch (CudaException e) {
      fit.clear();
    }
    return new CudaSurvey(described, fit);
  }

  private static void lookAtGpus(Map<String, String> described, List<CudaGpu> fit) {
    try {
      int count = CudaGpu.count();
      for (int ordinal = 0; ordinal < count; ordinal++) {
        CudaGpu gpu = CudaGpu.of(ordinal);
        described.put(
            "cuda:" + ordinal,
            gpu + ", " + memory(gpu) + (gpu.isFit() ? "" : "; too old, 7.5 (Turing) is needed"));
        if (gpu.isFit()) {
          fit.add(gpu);
        }
      }
    } catch (CudaException e) {
      described.put("GPUs", e.getMessage());
    }
  }

  /** What a new process has of its memory; asking needs a context, which is given back. */
  private static String memory(CudaGpu gpu) {
    int device = gpu.handle();
    PointerByReference context = new PointerByReference();
    int error = CudaDriver.cuDevicePrimaryCtxRetain(context, device);
    if (error != 0) {
      return "cannot be opened: " + CudaDriver.text(error);
    }
    LongByReference free = new LongByReference();
    LongByReference total = new LongByReference();
    error = CudaDriver.cuCtxSetCurrent(context.getValue());
    if (error == 0) {
      error = CudaDriver.cuMemGetInfo_v2(free, total);
    }
    CudaDevice.leave();
    CudaDriver.cuDevicePrimaryCtxRelease_v2(device);
    return error == 0
        ? String.format(
            Locale.ROOT,
            "%.1f of %.1f GB of memory free",
            free.getValue() / 1e9,
            total.getValue() / 1e9)
        : "does not tell its memory: " + CudaDriver.text(error);
  }
}
