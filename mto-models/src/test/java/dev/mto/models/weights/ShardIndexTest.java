package dev.mto.models.weights;

import static dev.mto.models.weights.DamagedFiles.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.oracle.Bits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Models in several files, in folders, and files that Git has not fetched. */
class ShardIndexTest {
  private static final String INDEX = "model.safetensors.index.json";

  private final INDArray a = Nd4j.createFromArray(1f, 2f);
  private final INDArray b = Nd4j.createFromArray(3f);

  @TempDir private Path folder;

  @Test
  void tensorsOfAllFilesAreRead() throws IOException {
    write("1.safetensors", Map.of("a", a));
    write("2.safetensors", Map.of("b", b));
    Path index = index("{'a': '1.safetensors', 'b': '2.safetensors'}");

    assertThat(Bits.of(WeightFile.read(index))).isEqualTo(Bits.of(Map.of("a", a, "b", b)));
    assertThat(WeightFile.describe(index).format()).isEqualTo("index of a model in 2 files");
    assertThat(WeightFile.describe(index).tensors()).containsOnlyKeys("a", "b");
  }

  @Test
  void shardsOfPyTorchAreRead() throws IOException {
    Path model = DamagedFiles.path("oracle/e_pth/bare_state_dict.pth");
    Files.copy(model, folder.resolve("pytorch_model-00001-of-00001.bin"));
    Path index = index("{'0.weight': 'pytorch_model-00001-of-00001.bin'}");

    assertThat(Bits.of(WeightFile.read(index))).isEqualTo(Bits.of(TorchFile.read(model)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../x.safetensors",
        "/etc/passwd",
        "sub/x.safetensors",
        "..",
        "..\\\\x.safetensors",
        "C:x.safetensors",
        "model.safetensors.index.json",
        ""
      })
  void filesElsewhereAreRefused(String shard) throws IOException {
    assertRefused(index("{'a': '" + shard + "'}"), "is not a file of weights beside it");
  }

  @Test
  void aTensorThatIsNotWhereTheIndexSaysIsNamed() throws IOException {
    write("1.safetensors", Map.of("a", a));

    assertRefused(
        index("{'a': '1.safetensors', 'b': '1.safetensors'}"),
        "says that 1.safetensors holds 'b', but it does not");
  }

  @Test
  void aTensorInTwoFilesIsRefused() throws IOException {
    write("1.safetensors", Map.of("a", a));
    write("2.safetensors", Map.of("a", a, "b", b));

    assertRefused(
        index("{'a': '1.safetensors', 'b': '2.safetensors'}"), "'a' is in two of its files");
  }

  @Test
  void aMissingFileIsNamed() throws IOException {
    Path index = index("{'a': 'absent.safetensors'}");

    assertThatThrownBy(() -> WeightFile.read(index))
        .isInstanceOf(WeightFileException.class)
        .hasMessageContaining("absent.safetensors: there is no such file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "{}", "{'weight_map': {}}", "{'weight_map': ", "null"})
  void whatIsNoIndexIsRefused(String text) throws IOException {
    Path index = Files.writeString(folder.resolve(INDEX), text.replace('\'', '"'));

    assertThatThrownBy(() -> WeightFile.read(index)).isInstanceOf(WeightFileException.class);
  }

  @Test
  void aFolderStandsForItsModel() throws IOException {
    write("model.safetensors", Map.of("a", a));

    assertThat(Bits.of(WeightFile.read(folder))).isEqualTo(Bits.of(Map.of("a", a)));
    assertThat(WeightFile.describe(folder).tensors()).containsOnlyKeys("a");
  }

  @Test
  void aFolderMayHoldAnIndex() throws IOException {
    write("1.safetensors", Map.of("a", a));
    index("{'a': '1.safetensors'}");

    assertThat(Bits.of(WeightFile.read(folder))).isEqualTo(Bits.of(Map.of("a", a)));
  }

  @Test
  void aFolderWithoutAModelIsRefused() {
    assertRefused(folder, "a folder without model.safetensors");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pointer.safetensors", "pointer.pth", "pointer.npz", INDEX})
  void aPointerOfGitIsCalledOne(String name) throws IOException {
    Path pointer =
        Files.writeString(
            folder.resolve(name),
            "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 343\n");

    assertRefused(pointer, "a Git LFS pointer");
    assertRefused(pointer, "git lfs pull");
  }

  @Test
  void namesBeforeADotAreEntries() throws IOException {
    Path file = write("run.safetensors", Map.of("a", a, "teacher.a", b));

    assertThat(WeightFile.read(file, "teacher")).isEqualTo(Map.of("a", b));
    assertThatThrownBy(() -> WeightFile.read(file, "student"))
        .isInstanceOf(WeightFileException.class)
        .hasMessageContaining("has no entry 'student'");
  }

  private Path write(String name, Map<String, INDArray> tensors) throws IOException {
    Path file = folder.resolve(name);
    SafeTensors.write(file, tensors, Map.of());
    return file;
  }

  private Path index(String map) throws IOException {
    String text = "{'metadata': {}, 'weight_map': " + map + "}";
    return Files.writeString(folder.resolve(INDEX), text.replace('\'', '"'));
  }
}
