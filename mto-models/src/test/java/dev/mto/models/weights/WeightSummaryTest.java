package dev.mto.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class WeightSummaryTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "e_pth/odd_layouts.pth, PyTorch checkpoint",
    "e_pth/odd_layouts_legacy.pth, PyTorch checkpoint of the container before PyTorch 1.6",
    "e_pth/bare_state_dict.pth, PyTorch checkpoint",
    "b_mae/case_ckpt/params_after_5_adamw.npz, NumPy archive"
  })
  void describesWhatIsRead(String name, String format) {
    Path file = own(name);

    WeightSummary summary = WeightFile.describe(file);

    assertThat(summary.format()).isEqualTo(format);
    assertDescribes(summary, WeightFile.read(file));
  }

  @Test
  void describesSafetensors() throws IOException {
    Map<String, INDArray> tensors = WeightFile.read(own("e_pth/odd_layouts.pth"));
    Path file = folder.resolve("odd.safetensors");
    SafeTensors.write(file, tensors, Map.of());

    assertDescribes(WeightFile.describe(file), tensors);
    assertThatThrownBy(() -> WeightFile.read(file, "model"))
        .isInstanceOf(WeightFileException.class)
        .hasMessageContaining("no entry 'model'");
  }

  @Test
  void trainingCheckpointListsItsEntries() {
    WeightSummary summary = WeightFile.describe(own("b_mae/case_ckpt/train_checkpoint.pth"));

    assertThat(summary.entries().keySet())
        .containsExactly("model", "optimizer", "epoch", "scaler", "args");
    assertThat(summary.entries())
        .containsEntry("model", summary.tensors().size())
        .containsEntry("optimizer", 0);
    assertThat(summary.types())
        .containsExactlyEntriesOf(Map.of(DataType.FLOAT, summary.tensors().size()));
  }

  @Test
  void bareTensorsHaveNoEntries() {
    assertThat(WeightFile.describe(own("e_pth/bare_state_dict.pth")).entries()).isEmpty();
  }

  @Test
  void valuesAreNotNeeded() throws IOException {
    Map<String, byte[]> entries =
        new LinkedHashMap<>(DamagedFiles.entries(own("e_pth/bare_state_dict.pth")));
    entries.keySet().removeIf(name -> name.contains("/data/"));
    Path file = folder.resolve("empty.pth");
    DamagedFiles.write(file, entries, false);

    assertThat(WeightFile.describe(file))
        .isEqualTo(WeightFile.describe(own("e_pth/bare_state_dict.pth")));
  }

  @Test
  void otherFilesAreRefused() throws IOException {
    Path file = folder.resolve("text.pth");
    Files.writeString(file, "not weights");

    assertThatThrownBy(() -> WeightFile.describe(file))
        .isInstanceOf(WeightFileException.class)
        .hasMessageContaining(file + ": not a PyTorch checkpoint");
  }

  private static void assertDescribes(WeightSummary summary, Map<String, INDArray> tensors) {
    assertThat(summary.tensors().keySet()).containsExactlyElementsOf(tensors.keySet());
    long elements = 0;
    for (Map.Entry<String, INDArray> named : tensors.entrySet()) {
      INDArray tensor = named.getValue();
      assertThat(summary.tensors().get(named.getKey()))
          .as(named.getKey())
          .isEqualTo(TensorInfo.of(tensor.dataType(), tensor.shape()));
      elements += tensor.length();
    }
    assertThat(summary.elements()).isEqualTo(elements);
  }

  private static Path own(String name) {
    return DamagedFiles.path("oracle/" + name);
  }
}
