package dev.mto.engine.weights;

import dev.mto.engine.errors.UserException;
import dev.mto.models.weights.WeightFile;
import dev.mto.models.weights.WeightNames;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Where the tensors of a model come from.
 *
 * @param file safetensors, .npz or a PyTorch checkpoint
 * @param entry of a PyTorch training checkpoint, or nothing for its model and, where the method has
 *     a teacher, its {@code model_ema} as the teacher
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
   * @param withTeacher whether the method has a teacher; it is left out otherwise
   * @return by official name, a teacher's after {@code teacher.}
   */
  Map<String, INDArray> read(boolean withTeacher) {
    Map<String, INDArray> tensors = official(WeightFile.read(file, entry.orElse(null)), file);
    if (withTeacher) {
      teacher().ifPresent(own -> addTeacher(tensors, official(WeightFile.read(own), own)));
      if (teacher.isEmpty() && entry.isEmpty() && holdsTeacher()) {
        addTeacher(tensors, official(WeightFile.read(file, TEACHER_ENTRY), file));
      }
    }
    return tensors;
  }

  private boolean holdsTeacher() {
    return WeightFile.describe(file).entries().getOrDefault(TEACHER_ENTRY, 0) > 0;
  }

  private static void addTeacher(Map<String, INDArray> tensors, Map<String, INDArray> teacher) {
    tensors.keySet().removeIf(name -> name.startsWith(TEACHER));
    teacher.forEach(
        (name, tensor) -> {
          if (!name.startsWith(TEACHER)) {
            tensors.put(TEACHER + name, tensor);
          }
        });
  }

  private static Map<String, INDArray> official(Map<String, INDArray> tensors, Path file) {
    try {
      return new LinkedHashMap<>(WeightNames.toOfficial(tensors));
    } catch (IllegalArgumentException e) {
      throw new UserException(file + ": " + e.getMessage(), e);
    }
  }
}
