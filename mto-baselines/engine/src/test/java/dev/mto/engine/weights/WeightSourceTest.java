package dev.mto.engine.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.engine.errors.UserException;
import dev.mto.models.weights.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class WeightSourceTest {
  private static final Set<String> MODEL = Set.of("cls_token", "norm.weight");

  private final INDArray one = Nd4j.ones(1);

  @TempDir private Path folder;

  @Test
  void namesAreBroughtToTheModels() throws IOException {
    Path file = write("a.safetensors", Map.of("module.cls_token", one, "module.norm.weight", one));

    assertThat(WeightSource.of(file).read(MODEL, false).tensors()).containsOnlyKeys(MODEL);
  }

  @Test
  void anEntryIsReadAndNamed() throws IOException {
    Path file = write("a.safetensors", Map.of("slow.cls_token", one, "cls_token", one));
    WeightSource source = new WeightSource(file, Optional.of("slow"), Optional.empty());

    assertThat(source.name()).isEqualTo(file + ", entry slow");
    assertThat(source.read(MODEL, false).tensors()).containsOnlyKeys("cls_token");
  }

  @Test
  void whatIsNotThereIsRefused() {
    assertThatThrownBy(() -> WeightSource.of(folder.resolve("absent.pth")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("absent.pth: no such file");
  }

  @Test
  void aTeachersOwnFileHasItsOwnPrefix() throws IOException {
    Path student = write("student.safetensors", Map.of("cls_token", one, "norm.weight", one));
    Path teacher = write("teacher.safetensors", Map.of("module.cls_token", one));

    WeightSource source = new WeightSource(student, Optional.empty(), Optional.of(teacher));

    assertThat(source.read(MODEL, true).tensors())
        .containsOnlyKeys("cls_token", "norm.weight", "teacher.cls_token");
    assertThat(source.read(MODEL, true).notes())
        .containsExactly("teacher: prefix 'module.' was taken off");
    assertThat(source.read(MODEL, false).tensors()).containsOnlyKeys(MODEL);
  }

  private Path write(String name, Map<String, INDArray> tensors) throws IOException {
    Path file = folder.resolve(name);
    SafeTensors.write(file, tensors, Map.of());
    assertThat(Files.size(file)).isPositive();
    return file;
  }
}
