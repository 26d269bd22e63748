package dev.mto.bootmae;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.engine.testing.OfficialKeys;
import dev.mto.models.Parameters;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/** The tensors of the full-size models against the lists of the official checkpoints. */
class OfficialNamesTest {
  @ParameterizedTest
  @CsvSource({
    "vit-base, /keys/bootmae_base.tsv, 115625411",
    "vit-large, /keys/bootmae_large.tsv, 349451779"
  })
  void namesAndShapesAreTheOfficialOnes(String preset, String listing, long total) {
    BootMaeOptions options =
        new BootMaeOptions(512, 2, List.of(0, -1), 120, 16, 60, true, 1, List.of(0.999), List.of());
    Parameters parameters = new Parameters(SameDiff.create(), DataType.FLOAT, name -> () -> 0L);

    new BootMaeModel(OfficialKeys.vit(preset, 0), options, 49, parameters);

    OfficialKeys official = OfficialKeys.read(getClass(), listing);
    official.assertHeldBy(preset, parameters, Map.of());
    assertThat(parameters.tables().keySet()).containsExactlyInAnyOrderElementsOf(official.frozen());
    assertThat(official.values()).isEqualTo(total);
  }
}
