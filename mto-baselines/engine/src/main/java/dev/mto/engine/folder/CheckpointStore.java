package dev.mto.engine.folder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import dev.mto.models.weights.SafeTensors;
import dev.mto.models.weights.WeightFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The checkpoints of a run: {@code last.safetensors} and, every few epochs, {@code
 * epoch-0010.safetensors}, of which the newest few are kept. A file holds weights, optimizer and
 * position together and replaces its predecessor in one rename, so a crash at any moment leaves the
 * old or the new state, never a mixture. Each carries a checksum of all of it. The {@code .json}
 * beside it repeats the position for people to read.
 */
public final class CheckpointStore {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String LAST = "last.safetensors";
  private static final String POSITION = "mto.position";
  private static final String CHECKSUM = "mto.checksum";

  private final Path folder;
  private final int keep;

  /** Checkpoints in {@code folder}, of which {@code keep} numbered ones are kept. */
  public CheckpointStore(Path folder, int keep) {
    this.folder = folder;
    this.keep = keep;
  }

  /** The folder of the checkpoints. */
  public Path folder() {
    return folder;
  }

  /**
   * Replaces {@code last}.
   *
   * @return its file
   * @throws FileException when it cannot be written; what was saved before stays
   */
  public Path saveLast(Checkpoint checkpoint) {
    Path file = folder.resolve(LAST);
    write(file, checkpoint);
    return file;
  }

  /** Replaces {@code best}. */
  public void saveBest(Checkpoint checkpoint) {
    write(folder.resolve("best.safetensors"), checkpoint);
  }

  /**
   * Saves the end of an epoch beside {@code last}, and drops the oldest beyond those kept.
   *
   * @return its file
   */
  public Path saveEpoch(Checkpoint checkpoint, int epoch) {
    Path file = folder.resolve(String.format(Locale.ROOT, "epoch-%04d.safetensors", epoch));
    write(file, checkpoint);
    List<Path> numbered = numbered();
    for (Path old : numbered.subList(0, Math.max(0, numbered.size() - keep))) {
      delete(old);
      delete(companion(old));
    }
    return file;
  }

  /**
   * The state after the most steps that is whole.
   *
   * @param warn is told of each file that is damaged or cannot be read, and was passed over
   * @return nothing when the run was stopped before its first checkpoint
   * @throws UserException when there are checkpoints and none of them is whole
   */
  public Optional<Checkpoint> newest(Consumer<String> warn) {
    List<Path> files = new ArrayList<>(numbered());
    if (Files.exists(folder.resolve(LAST))) {
      files.add(folder.resolve(LAST));
    }
    if (files.isEmpty()) {
      requireNoneWasDeleted();
      return Optional.empty();
    }
    Collections.reverse(files);
    List<Found> newestFirst = new ArrayList<>();
    for (Path file : files) {
      orWarn(warn, () -> position(file, SafeTensors.metadata(file)))
          .ifPresent(position -> newestFirst.add(new Found(file, position.step())));
    }
    newestFirst.sort(Comparator.comparingLong(Found::step).reversed());
    for (Found found : newestFirst) {
      Optional<Checkpoint> checkpoint = orWarn(warn, () -> read(found.file()));
      if (checkpoint.isPresent()) {
        return checkpoint;
      }
    }
    throw new UserException(
        folder + ": no checkpoint in it is whole; start again with another --out");
  }

  private record Found(Path file, long step) {}

  private void requireNoneWasDeleted() {
    Path told = companion(folder.resolve(LAST));
    if (Files.exists(told)) {
      throw new UserException(
          "%s: tells of %s, which is not there any more; put it back, or start again with another --out"
              .formatted(told, LAST));
    }
  }

  private static <T> Optional<T> orWarn(Consumer<String> warn, Supplier<T> reading) {
    try {
      return Optional.of(reading.get());
    } catch (WeightFileException e) {
      warn.accept(e.getMessage() + "; trying the checkpoint before it");
      return Optional.empty();
    }
  }

  /** Whether there is any checkpoint. */
  public boolean exists() {
    return Files.exists(folder.resolve(LAST)) || !numbered().isEmpty();
  }

  /** The checkpoints that were kept along the run, by the epochs done then, in order. */
  public SortedMap<Integer, Path> kept() {
    SortedMap<Integer, Path> kept = new TreeMap<>();
    for (Path file : numbered()) {
      kept.put(Integer.parseInt(file.getFileName().toString().replaceAll("\\D", "")), file);
    }
    return kept;
  }

  /**
   * Reads one checkpoint.
   *
   * @throws WeightFileException when it is truncated, damaged or not a training checkpoint
   */
  public static Checkpoint read(Path file) {
    SafeTensors.Contents contents = SafeTensors.read(file);
    Map<String, String> metadata = contents.metadata();
    Checkpoint.Position position = position(file, metadata);
    if (!Checksum.matches(metadata.get(CHECKSUM), metadata.get(POSITION), contents.tensors())) {
      throw new WeightFileException(file + ": damaged (its checksum does not match)");
    }
    return new Checkpoint(position, contents.tensors());
  }

  private static Checkpoint.Position position(Path file, Map<String, String> metadata) {
    if (!metadata.containsKey(CHECKSUM) || !metadata.containsKey(POSITION)) {
      throw new WeightFileException(file + ": not a training checkpoint (it has no position)");
    }
    try {
      return JSON.readValue(metadata.get(POSITION), Checkpoint.Position.class);
    } catch (JsonProcessingException e) {
      throw new WeightFileException(file + ": damaged (its position cannot be read)", e);
    }
  }

  private void write(Path file, Checkpoint checkpoint) {
    try {
      Map<String, INDArray> tensors = checkpoint.tensors();
      Map<String, String> metadata = new LinkedHashMap<>();
      metadata.put("format", "pt");
      String position = JSON.writeValueAsString(checkpoint.position());
      metadata.put(POSITION, position);
      metadata.put(CHECKSUM, Checksum.of(position, tensors));
      AtomicFiles.write(file, temporary -> SafeTensors.write(temporary, tensors, metadata));
      AtomicFiles.writeString(
          companion(file),
          JSON.writerWithDefaultPrettyPrinter().writeValueAsString(checkpoint.position()) + "\n");
    } catch (IOException e) {
      throw FileException.writing(file, e);
    }
  }

  private List<Path> numbered() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(f -> f.getFileName().toString().matches("epoch-\\d{4,}\\.safetensors"))
          .sorted(
              Comparator.comparingInt((Path f) -> f.getFileName().toString().length())
                  .thenComparing(Comparator.naturalOrder()))
          .toList();
    } catch (IOException e) {
      throw FileException.reading(folder, e);
    }
  }

  private static Path companion(Path file) {
    return file.resolveSibling(file.getFileName().toString().replace(".safetensors", ".json"));
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw FileException.writing(file, e);
    }
  }
}
