package dev.mto.bootmae;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.engine.testing.OfficialKeys;
import dev.mto.models.Parameters;
import dev.mto.models.VitConfig;
import dev.mto.models.VitPreset;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The tensors of the full-size models against the lists of the official checkpoints. */
class OfficialNamesTest {
  @ParameterizedTest
  @CsvSource({
    "vit-base, /keys/bootmae_base.tsv, 115625411",
    "vit-large, /keys/bootmae_large.tsv, 349451779"
  })
  void namesAndShapesAreTheOfficialOnes(String preset, String listing, long total) {
    VitPreset size = VitPreset.named(preset);
    VitConfig vit =
        new VitConfig(
            3,
            224,
            224,
            16,
            size.dim(),
            size.depth(),
            size.heads(),
            4,
            0,
            0,
            VitConfig.OFFICIAL_INIT_STD);
    BootMaeOptions options =
        new BootMaeOptions(512, 2, List.of(0, -1), 120, 16, 60, true, 1, List.of(0.999), List.of());
    SameDiff graph = SameDiff.create();
    Parameters parameters = new Parameters(graph, DataType.FLOAT, name -> () -> 0L);

    new BootMaeModel(vit, options, 49, parameters);

    OfficialKeys official = OfficialKeys.read(OfficialNamesTest.class, listing);
    Map<String, String> shapes = new LinkedHashMap<>();
    long[] values = {0};
    Map<String, INDArray> all = new LinkedHashMap<>(parameters.arrays());
    all.putAll(parameters.tables());
    all.forEach(
        (name, array) -> {
          shapes.put(name, Arrays.toString(array.shape()));
          values[0] += array.length();
        });
    assertThat(shapes).containsExactlyInAnyOrderEntriesOf(official.shapes());
    assertThat(parameters.tables().keySet()).containsExactlyInAnyOrderElementsOf(official.frozen());
    assertThat(values[0]).isEqualTo(official.values()).isEqualTo(total);
  }
}
