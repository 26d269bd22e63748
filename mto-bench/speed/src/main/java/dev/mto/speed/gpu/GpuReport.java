package dev.mto.speed.gpu;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.AtomicFiles;
import dev.mto.engine.folder.Provenance;
import dev.mto.executor.cuda.CudaGpu;
import dev.mto.executor.cuda.CudaSurvey;
import dev.mto.speed.JsonFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The report, which is whole after each part: {@code gpu.json}, and {@code gpu.md} made from it.
 * Its sections are lists; an entry with {@code failed} says why there are no figures, one whose
 * {@code passed} is false is wrong.
 */
final class GpuReport {
  static final String FOR_PEOPLE = "gpu.md";
  static final String FOR_PROGRAMS = "gpu.json";

  /** Why there are no figures, where memory does not suffice; nothing is wrong then. */
  static final String DOES_NOT_FIT = "does_not_fit";

  private final ObjectNode root = new ObjectMapper().createObjectNode();
  private final Path folder;

  private GpuReport(Path folder) {
    this.folder = folder;
  }

  /**
   * A report of this machine and one of its GPUs.
   *
   * @throws UserException when the folder has a report
   */
  static GpuReport in(Path folder, CudaGpu gpu) {
    if (Files.exists(folder.resolve(FOR_PROGRAMS))) {
      throw new UserException(
          "--out %s: a report is there already, which is kept; name another folder"
              .formatted(folder));
    }
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw FileException.writing(folder, e);
    }
    GpuReport report = new GpuReport(folder);
    report.put("made_at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    ObjectNode machine = report.root.putObject("machine");
    machine.put("gpu", gpu.name()).put("device", "cuda:" + gpu.ordinal());
    machine.put("compute_capability", gpu.capability() / 10 + "." + gpu.capability() % 10);
    CudaSurvey.ofThisMachine().described().forEach(machine::put);
    machine.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    machine.put("cores", Runtime.getRuntime().availableProcessors());
    Provenance.software().forEach((name, value) -> machine.put(name, String.valueOf(value)));
    report.write();
    return report;
  }

  /** Says what is being done. */
  void tell(String what) {
    System.out.println("bench gpu: " + what);
  }

  void put(String name, String value) {
    root.put(name, value);
  }

  /** Adds an entry to a section, and writes. */
  void add(String section, ObjectNode entry) {
    list(section).add(entry);
    JsonNode failed = entry.get("failed");
    if (failed != null) {
      tell("failed: " + failed.asText());
    }
    if (entry.has(DOES_NOT_FIT)) {
      tell("does not fit: " + entry.get(DOES_NOT_FIT).asText());
    }
    write();
  }

  /** As {@link #add}, of many. */
  void addAll(String section, ArrayNode entries) {
    entries.forEach(entry -> add(section, (ObjectNode) entry));
  }

  private ArrayNode list(String section) {
    return root.has(section) ? (ArrayNode) root.get(section) : root.putArray(section);
  }

  /** Whether nothing so far is wrong or has failed. */
  boolean isSound() {
    return root.findValues("passed").stream().allMatch(JsonNode::asBoolean);
  }

  private void write() {
    root.put("sound", isSound());
    JsonFile.write(folder.resolve(FOR_PROGRAMS), root);
    AtomicFiles.writeString(folder.resolve(FOR_PEOPLE), GpuMarkdown.of(root));
  }
}
