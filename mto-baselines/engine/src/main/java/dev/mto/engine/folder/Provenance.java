package dev.mto.engine.folder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mto.data.Shuffle;
import dev.mto.data.folder.ImageFolder;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.device.Backend;
import dev.mto.engine.device.Gpu;
import dev.mto.engine.device.GpuSurvey;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import dev.mto.executor.cuda.CudaGpu;
import dev.mto.executor.cuda.CudaKernelSets;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.nd4j.linalg.factory.Nd4j;

/** Where the numbers of a run come from: {@code provenance.json}. */
public final class Provenance {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String PACKING = "data.train.packing";

  private Provenance() {}

  public static void write(
      Path file, RunConfig config, Start start, ImageFolder train, ImageFolder validation) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("started", Instant.now().toString());
    facts.put("seed", config.training().seed());
    start.weights().ifPresent(weights -> facts.put("initial_weights", weights.toString()));
    start.entry().ifPresent(entry -> facts.put("initial_weights.entry", entry));
    facts.put("data.train", config.data().train());
    facts.put("data.train.images", train.size());
    facts.put("data.train.identity", train.identity());
    if (config.data().shuffle() == Shuffle.LANES) {
      train.packing().ifPresent(packing -> facts.put(PACKING, packing));
    }
    if (validation != null) {
      facts.put("data.val", config.data().val());
      facts.put("data.val.images", validation.size());
      facts.put("data.val.identity", validation.identity());
    }
    facts.putAll(software());
    facts.putAll(machine());
    if (Backend.onClassPath() == Backend.CUDA) {
      facts.put("gpus", GpuSurvey.ofThisMachine().gpus().stream().map(Gpu::toString).toList());
    }
    write(file, facts);
  }

  /**
   * Asks whether a run's images are those that it was made from.
   *
   * @throws UserException when they differ in a name or a size, or lie in other archives where the
   *     order goes by these
   */
  public static void requireSame(Path file, ImageFolder train, ImageFolder validation) {
    JsonNode facts = read(file);
    requireSame(facts, "data.train", train);
    if (validation != null) {
      requireSame(facts, "data.val", validation);
    }
    JsonNode packing = facts.path(PACKING);
    if (packing.isTextual() && !packing.asText().equals(train.packing().orElse(""))) {
      throw new UserException(
          "data.train: %s has the images in other archives, or in another order in them, than the run was made from, and data.shuffle: lanes goes by that; give those, or start anew with another --out"
              .formatted(train.root()));
    }
  }

  private static void requireSame(JsonNode facts, String key, ImageFolder images) {
    JsonNode identity = facts.path(key + ".identity");
    if (identity.isTextual() && !identity.asText().equals(images.identity())) {
      throw new UserException(
          "%s: %s has other images than the run was made from (%d now, %d then; names and sizes are compared); give those, or start anew with another --out"
              .formatted(key, images.root(), images.size(), facts.path(key + ".images").asInt()));
    }
  }

  /** Notes that a run went on. */
  public static void resumed(Path file, long step, List<String> changes) {
    ObjectNode facts = read(file);
    ObjectNode note = facts.withArray("resumed").addObject();
    note.put("time", Instant.now().toString()).put("after_step", step);
    note.put("mto.commit", String.valueOf(software().get("mto.commit")));
    note.put("device", String.valueOf(machine().get("device")));
    note.putPOJO("changes", changes);
    write(file, facts);
  }

  private static ObjectNode read(Path file) {
    if (Files.notExists(file)) {
      return JSON.createObjectNode();
    }
    try {
      if (JSON.readTree(Files.readAllBytes(file)) instanceof ObjectNode facts) {
        return facts;
      }
      throw new UserException(file + ": is damaged; remove it to go on without it");
    } catch (JsonProcessingException e) {
      throw new UserException(file + ": is damaged; remove it to go on without it", e);
    } catch (IOException e) {
      throw FileException.reading(file, e);
    }
  }

  private static void write(Path file, Object facts) {
    try {
      AtomicFiles.writeString(
          file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(facts) + "\n");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Versions of this software and what it stands on. */
  public static Map<String, Object> software() {
    Properties build = buildProperties();
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("mto.version", build.getProperty("version", "unknown"));
    facts.put("mto.commit", System.getProperty("mto.commit", "unknown"));
    facts.put("nd4j.version", build.getProperty("nd4j", "unknown"));
    facts.put("java.version", Runtime.version().toString());
    return facts;
  }

  /** What computes: the GPU that is chosen for plans, or else what ND4J's backend has. */
  private static String device(String backend) {
    return CudaKernelSets.chosenGpu().map(CudaGpu::toString).orElse(backend);
  }

  /** Backend, device and threads. */
  public static Map<String, Object> machine() {
    Properties environment = Nd4j.getExecutioner().getEnvironmentInformation();
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("backend", environment.getProperty("backend"));
    facts.put("device", device(environment.getProperty("backend")));
    facts.put("blas.vendor", String.valueOf(environment.get("blas.vendor")));
    facts.put("threads", String.valueOf(environment.get("omp.threads")));
    facts.put("cores", Runtime.getRuntime().availableProcessors());
    facts.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    return facts;
  }

  private static Properties buildProperties() {
    Properties properties = new Properties();
    try (InputStream in =
        Provenance.class.getResourceAsStream("/dev/mto/engine/build.properties")) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("build.properties", e);
    }
    return properties;
  }
}
