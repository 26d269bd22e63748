package dev.mto.engine.device;

import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/** What must hold before ND4J's backend is loaded. */
public final class StartUp {
  private StartUp() {}

  /**
   * Nothing for a build for the CPU; for one for CUDA, asks the driver.
   *
   * @throws UserException if there is no GPU or one that cannot run, which would end the process in
   *     native code
   */
  public static void check() {
    if (Backend.onClassPath() == Backend.CUDA) {
      check(GpuSurvey.ofThisMachine(), CudaBuild.ofThisProject());
    }
  }

  /**
   * What must hold before any native library is loaded.
   *
   * @throws UserException if others could have put libraries where they are loaded from
   */
  public static void checkNativeCache() {
    try {
      NativeCache.check();
    } catch (IOException e) {
      throw new UserException(
          "the folder of native libraries cannot be used: " + FileException.reason(e), e);
    }
  }

  static void check(GpuSurvey survey, CudaBuild build) {
    if (survey.gpus().isEmpty()) {
      throw new UserException(
          "no GPU can be used: "
              + survey.reason()
              + "; this build is for CUDA "
              + build.cuda()
              + ": use the CPU backend (build without -Pcuda, ./mto without MTO_BACKEND)");
    }
    for (Gpu gpu : survey.gpus()) {
      Verdict verdict = build.judge(gpu);
      if (!verdict.runs()) {
        throw new UserException(verdict.line() + choice(survey, build));
      }
    }
  }

  private static String choice(GpuSurvey survey, CudaBuild build) {
    List<Gpu> fit = survey.gpus().stream().filter(gpu -> build.judge(gpu).runs()).toList();
    return fit.isEmpty()
        ? ""
        : "; or choose another GPU with CUDA_VISIBLE_DEVICES="
            + fit.stream().map(gpu -> String.valueOf(gpu.index())).collect(Collectors.joining(","));
  }
}
