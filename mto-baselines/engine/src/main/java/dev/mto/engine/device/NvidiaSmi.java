package dev.mto.engine.device;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The driver's own program, which lists GPUs without any CUDA library.
 *
 * @param program its name or path
 * @param visible the value of {@code CUDA_VISIBLE_DEVICES}; null where it is not set
 */
record NvidiaSmi(String program, String visible) {
  private static final long SECONDS = 20;
  private static final List<String> FIELDS =
      List.of("index", "name", "driver_version", "memory.free", "memory.total", "compute_cap");
  private static final int WITHOUT_CAPABILITY = FIELDS.size() - 1;

  GpuSurvey survey() {
    if (visible != null && (visible.isBlank() || visible.startsWith("-"))) {
      return GpuSurvey.none("CUDA_VISIBLE_DEVICES hides every GPU");
    }
    try {
      Answer answer = ask(FIELDS.size());
      if (answer.refused("compute_cap")) {
        answer = ask(WITHOUT_CAPABILITY);
      }
      return answer.code() == 0
          ? read(answer.text())
          : GpuSurvey.none(
              "nvidia-smi failed"
                  + (visible == null ? "" : " for CUDA_VISIBLE_DEVICES=" + visible)
                  + ": "
                  + answer.firstLine());
    } catch (IOException e) {
      return GpuSurvey.none("no NVIDIA driver is installed (nvidia-smi was not found)");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return GpuSurvey.none("nvidia-smi was interrupted");
    }
  }

  /** Reads what nvidia-smi wrote, a line for each GPU. */
  static GpuSurvey read(String answer) {
    List<Gpu> gpus = new ArrayList<>();
    for (String line : answer.lines().filter(l -> !l.isBlank()).toList()) {
      try {
        gpus.add(gpu(line));
      } catch (IllegalArgumentException e) {
        return GpuSurvey.none("nvidia-smi's answer is not understood: " + line.trim());
      }
    }
    return gpus.isEmpty() ? GpuSurvey.none("nvidia-smi lists no GPU") : new GpuSurvey(gpus, "");
  }

  private static Gpu gpu(String line) {
    String[] fields = line.split(",", -1);
    if (fields.length < WITHOUT_CAPABILITY || fields.length > FIELDS.size()) {
      throw new IllegalArgumentException(fields.length + " fields");
    }
    return new Gpu(
        Integer.parseInt(fields[0].trim()),
        fields[1].trim(),
        new DriverVersion(fields[2].trim()),
        fields.length == FIELDS.size()
            ? Optional.of(Capability.parse(fields[WITHOUT_CAPABILITY]))
            : Optional.empty(),
        memory(fields[3].trim()),
        memory(fields[4].trim()));
  }

  private static long memory(String mib) {
    return mib.startsWith("[") ? Gpu.MEMORY_NOT_TOLD : Long.parseLong(mib);
  }

  private Answer ask(int fields) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(program));
    if (visible != null) {
      command.addAll(List.of("-i", visible));
    }
    command.add("--query-gpu=" + String.join(",", FIELDS.subList(0, fields)));
    command.add("--format=csv,noheader,nounits");
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    CompletableFuture<String> text = CompletableFuture.supplyAsync(() -> textOf(process));
    if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      return new Answer(1, "no answer within " + SECONDS + " s");
    }
    return new Answer(process.exitValue(), text.join());
  }

  private static String textOf(Process process) {
    try {
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  private record Answer(int code, String text) {
    boolean refused(String field) {
      return code != 0 && text.contains(field);
    }

    String firstLine() {
      return text.lines()
          .map(String::trim)
          .filter(line -> !line.isEmpty())
          .findFirst()
          .orElse("exit code " + code);
    }
  }
}
