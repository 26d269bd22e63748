package dev.mto.mae;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.engine.testing.OfficialKeys;
import dev.mto.models.Parameters;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/** The tensors of the full-size models against the lists of the official checkpoints. */
class OfficialNamesTest {
  @ParameterizedTest
  @CsvSource({
    "vit-base, /keys/mae_vit_base_patch16.tsv, 111907840",
    "vit-large, /keys/mae_vit_large_patch16.tsv, 329541888"
  })
  void namesAndShapesAreTheOfficialOnes(String preset, String listing, long total) {
    Parameters parameters =
        new Parameters(SameDiff.create(), DataType.FLOAT, name -> new SplittableRandom(1));

    new MaeModel(OfficialKeys.vit(preset, 0), new MaeOptions(512, 8, 16, true), 49, parameters);

    OfficialKeys official = OfficialKeys.read(getClass(), listing);
    official.assertHeldBy(preset, parameters, Map.of());
    assertThat(parameters.tables().keySet()).containsExactlyInAnyOrderElementsOf(official.frozen());
    assertThat(official.values()).isEqualTo(total);
  }
}
