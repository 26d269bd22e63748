package dev.mto.engine.weights;

import dev.mto.engine.errors.UserException;
import dev.mto.models.weights.NamedTensors;
import dev.mto.models.weights.WeightFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Where the tensors of a model come from.
 *
 * @param file safetensors, .npz, a PyTorch checkpoint, the index of several, or a model's folder
 * @param entry of a training checkpoint, or nothing for its model and, where the method has a
 *     teacher, its {@code model_ema} as the teacher
 * @param teacher a file of the teacher's own, e.g. ConMIM's {@code checkpoint_copy-*.pth}
 */
public record WeightSource(Path file, Optional<String> entry, Optional<Path> teacher) {
  /** Names of a teacher's tensors begin with this. */
  static final String TEACHER = "teacher.";

  private static final String TEACHER_ENTRY = "model_ema";

  /** Checks that the files are files. */
  public WeightSource {
    check(file);
    teacher.ifPresent(WeightSource::check);
  }

  /** All of a file. */
  public static WeightSource of(Path file) {
    return new WeightSource(file, Optional.empty(), Optional.empty());
  }

  /**
   * A file, or an encoder that ships with the product.
   *
   * @param weights a path, or {@code builtin:NAME}
   * @param entry of a training checkpoint, or null
   * @throws UserException when there is no such file or encoder
   */
  public static WeightSource named(String weights, String entry) {
    Path file =
        BuiltinWeights.means(weights) ? BuiltinWeights.of(weights).file() : Path.of(weights);
    return new WeightSource(file, Optional.ofNullable(entry), Optional.empty());
  }

  /** Where they come from, for people. */
  public String name() {
    return fileName() + entry.map(own -> ", entry " + own).orElse("");
  }

  /** The file, or the name of an encoder that ships with the product. */
  public String fileName() {
    return BuiltinWeights.name(file).orElseGet(file::toString);
  }

  /** {@link #name()} without folders. */
  String shortName() {
    String name = name();
    return BuiltinWeights.means(name) ? name : String.valueOf(Path.of(name).getFileName());
  }

  private static void check(Path file) {
    if (!Files.exists(file)) {
      throw new UserException(file + ": no such file; give a file of weights");
    }
    if (!Files.isRegularFile(file) && !Files.isDirectory(file)) {
      throw new UserException(file + ": not a file; give a file of weights, or a model's folder");
    }
  }

  /**
   * Reads the tensors.
   *
   * @param model every name of the model that they are for
   * @param withTeacher whether the method has a teacher; it is left out otherwise
   * @return by official name, a teacher's after {@code teacher.}
   */
  NamedTensors read(Set<String> model, boolean withTeacher) {
    NamedTensors own = named(file, entry.orElse(null), model);
    if (!withTeacher) {
      return own;
    }
    if (teacher.isPresent()) {
      return withTeacher(own, named(teacher.get(), null, model));
    }
    return entry.isEmpty() && holdsTeacher()
        ? withTeacher(own, named(file, TEACHER_ENTRY, model))
        : own;
  }

  private boolean holdsTeacher() {
    return WeightFile.describe(file).entries().getOrDefault(TEACHER_ENTRY, 0) > 0;
  }

  private static NamedTensors withTeacher(NamedTensors own, NamedTensors teacher) {
    Map<String, INDArray> tensors = new LinkedHashMap<>(own.tensors());
    tensors.keySet().removeIf(name -> name.startsWith(TEACHER));
    teacher
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (!name.startsWith(TEACHER)) {
                tensors.put(TEACHER + name, tensor);
              }
            });
    List<String> notes = new ArrayList<>(own.notes());
    teacher.notes().forEach(note -> notes.add("teacher: " + note));
    return new NamedTensors(tensors, notes);
  }

  private static NamedTensors named(Path file, String entry, Set<String> model) {
    Map<String, INDArray> tensors = WeightFile.read(file, entry);
    try {
      return NamedTensors.forModel(tensors, model);
    } catch (IllegalArgumentException e) {
      throw new UserException(file + ": " + e.getMessage(), e);
    }
  }
}
