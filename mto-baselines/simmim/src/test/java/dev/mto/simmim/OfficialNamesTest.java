package dev.mto.simmim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.engine.testing.OfficialKeys;
import dev.mto.models.Parameters;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/** ViT-B's tensors against the list of the official checkpoint. */
class OfficialNamesTest {
  @Test
  void namesAndShapesOfViTBaseAreTheOfficialOnes() {
    Parameters parameters =
        new Parameters(SameDiff.create(), DataType.FLOAT, name -> new SplittableRandom(1));

    new SimMimModel(OfficialKeys.vit("vit-base", 0.1), 1, parameters);

    OfficialKeys official = OfficialKeys.read(getClass(), "/keys/simmim_vit_base.tsv");
    official.assertHeldBy("vit-base", parameters, Map.of());
    assertThat(official.values()).isEqualTo(86_256_720L);
    assertThat(official.shapes()).hasSize(190);
  }
}
