package dev.mto.simmim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.models.Parameters;
import dev.mto.models.VitConfig;
import dev.mto.models.VitPreset;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/** ViT-B's parameters against the list of the official checkpoint. */
class OfficialNamesTest {
  private static final String INDEX = "encoder.rel_pos_bias.relative_position_index";

  @Test
  void namesAndShapesOfViTBaseAreTheOfficialOnes() throws IOException {
    VitPreset base = VitPreset.named("vit-base");
    VitConfig config =
        new VitConfig(
            3,
            224,
            224,
            16,
            base.dim(),
            base.depth(),
            base.heads(),
            4,
            0.1,
            0.1,
            VitConfig.OFFICIAL_INIT_STD);
    SameDiff graph = SameDiff.create();
    Parameters parameters = new Parameters(graph, DataType.FLOAT, name -> new SplittableRandom(1));

    new SimMimModel(config, 1, parameters);

    Map<String, String> shapes = new LinkedHashMap<>();
    long values = 0;
    for (String name : parameters.names()) {
      shapes.put(name, Arrays.toString(graph.getArrForVarName(name).shape()));
      values += graph.getArrForVarName(name).length();
    }
    assertThat(shapes).containsExactlyInAnyOrderEntriesOf(officialParameters());
    assertThat(values).isEqualTo(86_256_720L);
  }

  /** Every entry of the official state but the index, a buffer computed from the grid. */
  private static Map<String, String> officialParameters() throws IOException {
    Map<String, String> shapes = new LinkedHashMap<>();
    try (InputStream in =
        OfficialNamesTest.class.getResourceAsStream("/keys/simmim_vit_base.tsv")) {
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#") && !line.startsWith(INDEX))
          .map(line -> line.split("\t", -1))
          .forEach(fields -> shapes.put(fields[0], fields[1]));
    }
    assertThat(shapes).hasSize(189);
    return shapes;
  }
}
