package dev.mto.conmim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mto.engine.testing.BaselineContract;
import dev.mto.engine.testing.TinyRun;
import dev.mto.engine.weights.ModelWeights;
import dev.mto.models.weights.WeightFile;
import dev.mto.models.weights.WeightMatch;
import dev.mto.oracle.Bits;
import dev.mto.oracle.Oracle;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Whole runs of ConMIM on generated images. */
class PretrainingEndToEndTest extends BaselineContract {
  private static final String[] OFFICIAL_CASE = {
    "model.image=[48, 48]",
    "model.heads=3",
    "options.projector_hidden=40",
    "options.projector_dim=16",
    "options.lm_head=16"
  };

  PretrainingEndToEndTest() {
    super(
        root ->
            new TinyRun(
                new ConMim(),
                root,
                "options={projector_hidden: 48, projector_dim: 16, lm_head: 8}",
                "data.crop_scale=[0.6, 1.0]",
                "masking={ratio: 0.5, unit: 8}",
                "training.min_lr=1.0e-5"),
        8,
        3);
  }

  /** The norms of the projectors are of a micro-batch, so two are not one batch. */
  @Override
  protected void assertMicroBatches(Path halves, Path whole) {
    assertThat(batchesSeen(halves)).isEqualTo(2 * STEPS);
    assertThat(batchesSeen(whole)).isEqualTo(STEPS);
  }

  private static long batchesSeen(Path run) {
    return WeightFile.read(TinyRun.last(run)).get("projectors.1.num_batches_tracked").getLong(0);
  }

  @Test
  void referenceIsTheLossOfGuessing() {
    assertThat(first(reference(), "loss.reference")).isCloseTo(Math.log(16), within(1e-9));
  }

  @Test
  void checkpointHoldsBothNetworksAndTheTeacherIsBehindTheStudent() {
    Map<String, INDArray> tensors = WeightFile.read(TinyRun.last(oneEpoch()));
    Map<String, INDArray> atFirst =
        WeightFile.read(
            TinyRun.last(
                tiny()
                    .train(
                        "still",
                        "training.epochs=1",
                        "training.base_lr=0.0",
                        "training.min_lr=0.0",
                        QUICK)));

    for (String name : List.of("blocks.1.mlp.fc1.weight", "projectors.6.weight", "mask_token")) {
      INDArray student = tensors.get(name);
      INDArray teacher = tensors.get("teacher." + name);
      assertThat(teacher).as(name).isNotEqualTo(student);
      INDArray first = atFirst.get(name);
      assertThat(distance(teacher, first)).isBetween(1e-9, 0.2 * distance(student, first));
    }
    // that of a weight which is never trained, but for the rounding of its moving average
    assertThat(distance(tensors.get("teacher.lm_head.weight"), tensors.get("lm_head.weight")))
        .isLessThan(1e-7);
    assertThat(tensors.get("projectors.4.num_batches_tracked").getLong(0)).isEqualTo(6);
    assertThat(tensors.get("teacher.projectors.4.running_var"))
        .isNotEqualTo(tensors.get("projectors.4.running_var"));
  }

  @Test
  void theTeacherSeesOtherColours() {
    String plain = "options.second_view={jitter: 0.0, grey: 0.0, blur: 0.0, solarize: 0.0}";
    double changed = first(oneEpoch(), "loss.ss");
    double same = first(tiny().train("same", "training.epochs=1", plain, QUICK), "loss.ss");

    assertThat(changed).isNotCloseTo(same, within(1e-4));
  }

  @Test
  void blockMasksMaskAboutTheWantedNumber() {
    Path run =
        tiny()
            .train(
                "blocks",
                "training.epochs=1",
                "options.mask=blocks",
                "options.block_patches=6",
                "options.block_smallest=2",
                QUICK);

    double bound = first(run, "heterogeneity.bound");
    assertThat(bound).isBetween(Math.log(10), Math.log(15));
  }

  @ParameterizedTest
  @CsvSource({
    "model.drop_path=0.1, model.drop_path: 0.1 must be 0",
    "options.temperature=0, options.temperature: 0.0 must be at least",
    "options.teacher_momentum=1.5, options.teacher_momentum: 1.5 must be between 0 and 1",
    "options.projector_dim=0, options.projector_dim: 0 must be at least 1",
    "options.mask=stripes, mask: 'stripes' must be one of",
    "options.second_view.hue=0.9, hue is 0.9",
    "options.colour=1, unknown key 'options.colour'",
    "masking.unit=12, masking.unit: 12 must be a multiple of model.patch",
  })
  void aWrongSettingIsRefusedByName(String setting, String message) {
    assertRefused(setting, message);
  }

  @Test
  void officialCheckpointOfTheStudentIsTakenOverByStudentAndTeacher() {
    Path file = Oracle.cases("d_conmim").get(0).resolve("weights.npz");
    ModelWeights model = new ModelWeights(new ConMim(), tiny().config(OFFICIAL_CASE));

    WeightMatch match = model.load(file);

    assertThat(match.matched()).hasSize(WeightFile.read(file).size());
    Map<String, INDArray> tensors = model.tensors();
    INDArray given = WeightFile.read(file).get("projectors.6.weight");
    assertThat(Bits.of(tensors.get("projectors.6.weight"))).isEqualTo(Bits.of(given));
    assertThat(Bits.of(tensors.get("teacher.projectors.6.weight"))).isEqualTo(Bits.of(given));
  }

  private static double distance(INDArray a, INDArray b) {
    return a.sub(b).norm2Number().doubleValue();
  }
}
