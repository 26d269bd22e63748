package dev.mto.conmim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.conmim.ConMimOptions.MaskShape;
import dev.mto.data.image.Photometric;
import dev.mto.engine.testing.OfficialKeys;
import dev.mto.models.Parameters;
import dev.mto.models.VitConfig;
import dev.mto.models.VitPreset;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** ViT-B's tensors against the list of the official checkpoint. */
class OfficialNamesTest {
  @Test
  void namesAndShapesOfViTBaseAreTheOfficialOnesForStudentAndTeacher() {
    VitPreset size = VitPreset.named("vit-base");
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
            0.1,
            0,
            VitConfig.OFFICIAL_INIT_STD);
    ConMimOptions options =
        new ConMimOptions(
            4096, 256, 8192, 0.1, 0.996, MaskShape.UNITS, 75, 16, 10, Photometric.conMim());
    SameDiff graph = SameDiff.create();
    Parameters student = new Parameters(graph, DataType.FLOAT, name -> new SplittableRandom(1));
    ConMimModel method = new ConMimModel(vit, options, student);

    OfficialKeys official = OfficialKeys.read(OfficialNamesTest.class, "/keys/conmim_base.tsv");
    Map<String, INDArray> all = new LinkedHashMap<>(student.arrays());
    all.putAll(student.tables());
    all.putAll(method.state());
    assertThat(shapes(all, false)).containsExactlyInAnyOrderEntriesOf(official.shapes());
    all.putAll(inTeacher(method.teacherParameters.tables()));
    assertThat(shapes(all, true)).containsExactlyInAnyOrderEntriesOf(official.shapes());
    long values = student.arrays().values().stream().mapToLong(INDArray::length).sum();
    assertThat(values).isEqualTo(112_953_680L).isEqualTo(official.values());
    assertThat(all.get("projectors.1.num_batches_tracked").dataType()).isEqualTo(DataType.INT64);
    assertThat(all.get("rel_pos_bias.relative_position_index").dataType())
        .isEqualTo(DataType.INT64);
  }

  private static Map<String, INDArray> inTeacher(Map<String, INDArray> tables) {
    return tables.entrySet().stream()
        .collect(Collectors.toMap(e -> ConMimModel.TEACHER + e.getKey(), Map.Entry::getValue));
  }

  private static Map<String, String> shapes(Map<String, INDArray> all, boolean ofTeacher) {
    Map<String, String> shapes = new LinkedHashMap<>();
    all.forEach(
        (name, array) -> {
          boolean teachers = name.startsWith(ConMimModel.TEACHER);
          if (teachers == ofTeacher) {
            String official = teachers ? name.substring(ConMimModel.TEACHER.length()) : name;
            shapes.put(official, Arrays.toString(array.shape()));
          }
        });
    return shapes;
  }
}
