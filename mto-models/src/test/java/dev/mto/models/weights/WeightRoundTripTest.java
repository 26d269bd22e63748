package dev.mto.models.weights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.oracle.Bits;
import dev.mto.oracle.Oracle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

class WeightRoundTripTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "odd_layouts.pth",
        "odd_layouts_legacy.pth",
        "bare_state_dict.pth",
        "module_state_with_metadata.pth"
      })
  void safetensorsKeepEveryBitOfACheckpoint(String name) throws IOException {
    Map<String, INDArray> checkpoint = WeightFile.read(Oracle.folder("e_pth").resolve(name));
    Path file = folder.resolve("copy.safetensors");

    SafeTensors.write(file, checkpoint, Map.of());
    Map<String, INDArray> copy = WeightFile.read(file);

    assertThat(copy.keySet()).containsExactlyElementsOf(checkpoint.keySet());
    assertThat(Bits.of(copy)).isEqualTo(Bits.of(checkpoint));
  }
}
