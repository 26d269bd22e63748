package dev.mto.conmim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.conmim.ConMimOptions.MaskShape;
import dev.mto.data.image.Photometric;
import dev.mto.engine.testing.OfficialKeys;
import dev.mto.models.Parameters;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** ViT-B's tensors against the list of the official checkpoint. */
class OfficialNamesTest {
  @Test
  void namesAndShapesOfViTBaseAreTheOfficialOnesForStudentAndTeacher() {
    ConMimOptions options =
        new ConMimOptions(
            4096, 256, 8192, 0.1, 0.996, MaskShape.UNITS, 75, 16, 10, Photometric.conMim());
    SameDiff graph = SameDiff.create();
    Parameters student = new Parameters(graph, DataType.FLOAT, name -> new SplittableRandom(1));
    ConMimModel method = new ConMimModel(OfficialKeys.vit("vit-base", 0.1), options, student);

    OfficialKeys official = OfficialKeys.read(getClass(), "/keys/conmim_base.tsv");
    Map<String, INDArray> buffers = of(method.state(), false);
    official.assertHeldBy("vit-base", student, buffers);
    Map<String, INDArray> teacher = of(method.state(), true);
    teacher.putAll(method.teacherParameters.tables());
    official.assertHeldBy("vit-base", teacher);
    assertThat(official.values()).isEqualTo(112_953_680L);
    assertThat(buffers.get("projectors.1.num_batches_tracked").dataType())
        .isEqualTo(DataType.INT64);
    assertThat(student.tables().get("rel_pos_bias.relative_position_index").dataType())
        .isEqualTo(DataType.INT64);
  }

  /** The state of the student or of the teacher, under official names. */
  private static Map<String, INDArray> of(Map<String, INDArray> state, boolean teacher) {
    Map<String, INDArray> official = new LinkedHashMap<>();
    state.forEach(
        (name, array) -> {
          if (name.startsWith(ConMimModel.TEACHER) == teacher) {
            official.put(teacher ? name.substring(ConMimModel.TEACHER.length()) : name, array);
          }
        });
    return official;
  }
}
