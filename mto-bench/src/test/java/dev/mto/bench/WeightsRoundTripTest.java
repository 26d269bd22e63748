package dev.mto.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.models.weights.SafeTensors;
import dev.mto.models.weights.WeightFile;
import dev.mto.oracle.Bits;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Official checkpoints through import and export: the same tensors, bit by bit. */
class WeightsRoundTripTest {
  private static final String TABLE = "rel_pos_bias.relative_position_bias_table";

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource
  void importAndExportKeepEveryBit(OfficialCheckpoint official) {
    Path imported = imported(official);
    Path exported = folder.resolve("exported.safetensors");

    official.export(imported, exported, folder).assertDone();

    assertEqual(
        withoutTeacher(SafeTensors.read(exported).tensors()), WeightFile.read(official.file()));
  }

  @ParameterizedTest
  @EnumSource(names = {"MAE", "MAE_IN_TRAINING"})
  void huggingFacesNamesComeBackToEqualTensors(OfficialCheckpoint official) {
    Path exported = folder.resolve("huggingface.safetensors");
    Path back = folder.resolve("back.safetensors");
    official.export(imported(official), exported, folder, "--names", "huggingface").assertDone();

    official.export(exported, back, folder).assertDone();

    SafeTensors.Contents contents = SafeTensors.read(exported);
    assertThat(contents.tensors())
        .containsKey("vit.encoder.layer.0.attention.attention.query.weight")
        .doesNotContainKey("cls_token");
    assertThat(contents.metadata())
        .containsEntry("format", "pt")
        .containsEntry("baseline", "mae")
        .containsEntry("names", "huggingface");
    assertEqual(SafeTensors.read(back).tensors(), WeightFile.read(official.file()));
  }

  @Test
  void anEntryOfTheCheckpointBecomesBootMaesTeacher() {
    OfficialCheckpoint official = OfficialCheckpoint.BOOTMAE;
    Path teacher = folder.resolve("teacher.safetensors");

    official.export(imported(official), teacher, folder, "--part", "teacher").assertDone();

    Map<String, INDArray> average = WeightFile.read(official.file(), "model_ema");
    assertEqual(SafeTensors.read(teacher).tensors(), average);
    assertThat(average.get("cls_token"))
        .isNotEqualTo(WeightFile.read(official.file()).get("cls_token"));
  }

  @Test
  void aFileOfItsOwnBecomesConMimsTeacher() {
    OfficialCheckpoint official = OfficialCheckpoint.CONMIM;
    Path imported = folder.resolve("imported.safetensors");
    Path teacher = folder.resolve("teacher.safetensors");
    String own = official.teacher().toString();
    official.importTo(imported, folder, "--teacher", own).assertDone();

    official.export(imported, teacher, folder, "--part", "teacher").assertDone();

    Map<String, INDArray> exported = SafeTensors.read(teacher).tensors();
    WeightFile.read(official.teacher())
        .forEach(
            (name, tensor) ->
                assertThat(Bits.of(exported.get(name))).as(name).isEqualTo(Bits.of(tensor)));
    assertThat(exported.get("cls_token"))
        .isNotEqualTo(WeightFile.read(official.file()).get("cls_token"));
  }

  @Test
  void withoutATeacherItIsACopy() {
    Path imported = folder.resolve("imported.safetensors");

    Execution execution = OfficialCheckpoint.CONMIM.importTo(imported, folder);

    execution.assertDone();
    assertThat(execution.out()).contains("no teacher in the file");
    Map<String, INDArray> tensors = SafeTensors.read(imported).tensors();
    assertThat(Bits.of(tensors.get("teacher.cls_token")))
        .isEqualTo(Bits.of(tensors.get("cls_token")));
  }

  @Test
  void theEncoderKeepsOfficialNames() {
    OfficialCheckpoint official = OfficialCheckpoint.SIMMIM;
    Path encoder = folder.resolve("encoder.safetensors");

    official.export(imported(official), encoder, folder, "--part", "encoder").assertDone();

    Map<String, INDArray> expected = WeightFile.read(official.file());
    expected.keySet().removeIf(n -> n.startsWith("decoder.") || n.equals("encoder.mask_token"));
    assertEqual(SafeTensors.read(encoder).tensors(), expected);
  }

  @Test
  void anEncoderAloneIsEnoughForItsExport() {
    OfficialCheckpoint official = OfficialCheckpoint.MAE;
    Path encoder = folder.resolve("alone.safetensors");
    Path again = folder.resolve("again.safetensors");
    official.export(imported(official), encoder, folder, "--part", "encoder").assertDone();

    official.export(encoder, again, folder, "--part", "encoder").assertDone();
    official
        .export(encoder, folder.resolve("alone.fb"), folder, "--format", "samediff")
        .assertDone();

    assertEqual(SafeTensors.read(again).tensors(), SafeTensors.read(encoder).tensors());
    assertThat(folder.resolve("alone.fb")).isNotEmptyFile();
  }

  @ParameterizedTest
  @EnumSource(names = {"SIMMIM", "CONMIM"})
  void theSharedBiasIsCopiedToEveryBlock(OfficialCheckpoint official) {
    Path encoder = folder.resolve("encoder.safetensors");
    String prefix = official == OfficialCheckpoint.SIMMIM ? "encoder." : "";
    INDArray shared = WeightFile.read(official.file()).get(prefix + TABLE);

    official
        .export(imported(official), encoder, folder, "--part", "encoder", "--per-block-bias")
        .assertDone();

    Map<String, INDArray> tensors = SafeTensors.read(encoder).tensors();
    for (int block = 0; block < 2; block++) {
      String name = prefix + "blocks." + block + ".attn.relative_position_bias_table";
      assertThat(Bits.of(tensors.get(name))).as(name).isEqualTo(Bits.of(shared));
    }
    assertThat(tensors).doesNotContainKey(prefix + TABLE);
  }

  @Test
  void importFitsTheRelativeBiasToAnotherGrid() {
    OfficialCheckpoint official = OfficialCheckpoint.SIMMIM;
    Path imported = folder.resolve("imported.safetensors");

    official.importTo(imported, folder, "--set", "model.image=[64, 64]").assertDone();

    INDArray table = SafeTensors.read(imported).tensors().get("encoder." + TABLE);
    INDArray given = WeightFile.read(official.file()).get("encoder." + TABLE);
    int classRows = 3;
    assertThat(table.shape()).containsExactly(15 * 15 + classRows, 3);
    assertThat(Bits.of(table.getRow(15 * 15))).isEqualTo(Bits.of(given.getRow(11 * 11)));
  }

  @Test
  void timmGetsTheEncoderAlone() {
    OfficialCheckpoint official = OfficialCheckpoint.MAE;
    Path exported = folder.resolve("timm.safetensors");

    official.export(imported(official), exported, folder, "--names", "timm").assertDone();

    Map<String, INDArray> expected = WeightFile.read(official.file());
    expected.keySet().removeIf(n -> n.startsWith("decoder") || n.equals("mask_token"));
    assertEqual(SafeTensors.read(exported).tensors(), expected);
  }

  private Path imported(OfficialCheckpoint official) {
    Path imported = folder.resolve("imported.safetensors");
    official.importTo(imported, folder).assertDone();
    return imported;
  }

  private static Map<String, INDArray> withoutTeacher(Map<String, INDArray> tensors) {
    Map<String, INDArray> own = new LinkedHashMap<>(tensors);
    own.keySet().removeIf(name -> name.startsWith("teacher."));
    return own;
  }

  private static void assertEqual(Map<String, INDArray> actual, Map<String, INDArray> expected) {
    assertThat(actual.keySet()).isEqualTo(Set.copyOf(expected.keySet()));
    expected.forEach(
        (name, tensor) -> {
          assertThat(actual.get(name).dataType()).as(name).isEqualTo(tensor.dataType());
          assertThat(actual.get(name).shape()).as(name).isEqualTo(tensor.shape());
          assertThat(actual.get(name).data().asBytes())
              .as(name)
              .isEqualTo(tensor.dup('c').data().asBytes());
        });
  }
}
