package dev.mto.engine.run;

import dev.mto.data.Shuffle;
import dev.mto.data.folder.ImageFolder;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.folder.Checksum;
import dev.mto.engine.folder.Provenance;
import dev.mto.engine.graph.Images;
import dev.mto.executor.cuda.CudaKernelSets;
import dev.mto.executor.kernels.KernelSets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What must be the same in all workers so that they train one model to the bit. */
final class WorkerFacts {
  private static final List<String> MACHINE =
      List.of("backend", "device", "blas.vendor", "threads", "os");

  private WorkerFacts() {}

  static Map<String, String> of(RunConfig config, Images images, TrainingLoop loop) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("configuration", ConfigLoader.write(config));
    facts.put("data.train", identity(images.train()));
    if (config.data().shuffle() == Shuffle.LANES) {
      facts.put("archives of data.train", images.train().packing().orElse("none"));
    }
    if (images.validation() != null) {
      facts.put("data.val", identity(images.validation()));
    }
    facts.put("steps done", String.valueOf(loop.done()));
    facts.put("weights and moments", Checksum.ofTensors(loop.state()));
    Provenance.software().forEach((name, value) -> facts.put(name, String.valueOf(value)));
    Map<String, Object> machine = Provenance.machine();
    MACHINE.forEach(name -> facts.put(name, String.valueOf(machine.get(name))));
    CudaKernelSets.arithmetic().ifPresent(gpu -> facts.put("device", gpu));
    facts.put("native build", KernelSets.nativeBuild());
    return facts;
  }

  private static String identity(ImageFolder folder) {
    return folder.size() + " images, " + folder.identity();
  }
}
