package dev.mto.bootmae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.engine.testing.BaselineContract;
import dev.mto.engine.testing.TinyRun;
import dev.mto.models.weights.WeightFile;
import dev.mto.oracle.Bits;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Whole runs of BootMAE on generated images. */
class PretrainingEndToEndTest extends BaselineContract {
  PretrainingEndToEndTest() {
    super(
        root ->
            new TinyRun(
                new BootMae(),
                root,
                "options={decoder_dim: 16, decoder_depth: 1, block_patches: 8, block_min: 2, block_max: 6}"),
        4,
        2,
        "pixel",
        "feature");
  }

  @Override
  protected boolean isOutsideOfTheEncoder(String parameter) {
    return parameter.matches("(decode_|down|mask_token).*");
  }

  @Test
  void eachDecoderHasItsFactor() {
    Path run =
        tiny().train("factors", "training.epochs=1", "mto.decoder_weights={feature: 0.25}", QUICK);
    var weights = tiny().config().mto().weights();
    for (JsonNode row : TinyRun.metrics(run)) {
      double sum = row.get("loss.ss").asDouble();
      for (String decoder : List.of("pixel", "feature")) {
        double factor = decoder.equals("pixel") ? 1 : 0.25;
        sum += factor * weights.spa() * row.get("loss." + decoder + ".spa").asDouble();
        sum += factor * weights.e() * row.get("loss." + decoder + ".e").asDouble();
        sum += factor * weights.r() * row.get("loss." + decoder + ".r").asDouble();
      }
      assertThat(row.get("loss").asDouble()).isCloseTo(sum, within(1e-6 * sum));
    }
  }

  /** On the clothes that ship: normalised pixels of hidden random figures cannot be learnt. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void pixelLossFallsBelowItsReferenceWithAndWithoutMto(boolean mto) {
    List<JsonNode> rows =
        TinyRun.metrics(
            tiny()
                .train(
                    "falls-" + mto,
                    "mto.enabled=" + mto,
                    "model.dim=48",
                    "options.decoder_dim=32",
                    "options.feature_weight=0",
                    "data.train=../../data/fashion-mini/val",
                    "data.val=null",
                    "data.crop_scale=[1.0, 1.0]",
                    "data.crop_ratio=[1.0, 1.0]",
                    "training.batch=25",
                    "training.epochs=3"));

    assertThat(rows).hasSize(60);
    List<JsonNode> last = rows.subList(50, 60);
    assertThat(mean(last, "loss.pixel")).isLessThan(.87 * mean(last, "loss.reference"));
    JsonNode first = rows.get(0);
    for (String decoder : List.of("pixel", "feature")) {
      assertThat(first.has("loss." + decoder + ".e")).isEqualTo(mto);
      assertThat(first.get("heterogeneity." + decoder)).hasSize(2);
    }
    assertThat(first.get("heterogeneity.bound").asDouble()).isCloseTo(Math.log(4), within(1e-6));
  }

  @Test
  void featureLossFallsAndTheTotalIsTheRampedSum() {
    List<JsonNode> rows =
        TinyRun.metrics(
            tiny().train("ramp", "training.epochs=8", "options.feature_weight=0.5", QUICK));

    assertThat(mean(rows.subList(42, 48), "loss.feature"))
        .isLessThan(.9 * mean(rows.subList(0, 6), "loss.feature"));
    for (int i = 0; i < rows.size(); i++) {
      int epoch = i / STEPS;
      double weight = Math.min((1 + epoch) / 2.0, 1) * 0.5;
      JsonNode row = rows.get(i);
      double sum = row.get("loss.pixel").asDouble() + weight * row.get("loss.feature").asDouble();
      assertThat(row.get("loss.ss").asDouble()).isCloseTo(sum, within(1e-5 * sum));
    }
  }

  @Test
  void totalLossIsTheSumOverBothDecodersOfTheirTerms() {
    JsonNode row = TinyRun.metrics(oneEpoch()).get(3);
    double sum = row.get("loss.ss").asDouble();
    for (String term : List.of("spa", "e", "r")) {
      double both =
          row.get("loss.pixel." + term).asDouble() + row.get("loss.feature." + term).asDouble();
      assertThat(row.get("loss." + term).asDouble()).isCloseTo(both, within(1e-5 * both));
      sum += 0.01 * both;
    }
    assertThat(row.get("loss").asDouble()).isCloseTo(sum, within(1e-5 * sum));
  }

  @Test
  void teacherFollowsTheModelByItsDecay() {
    Map<String, INDArray> still =
        trained(
            "still",
            "training.epochs=1",
            "options.ema_decay=[0.0]",
            "options.ema_epochs=[]",
            QUICK);
    Map<String, INDArray> slow = WeightFile.read(TinyRun.last(oneEpoch()));

    for (String name : List.of("blocks.1.mlp.fc1.weight", "decode_blocks_1.0.c_attn.kv.weight")) {
      assertThat(Bits.of(still.get("teacher." + name)))
          .as(name)
          .isEqualTo(Bits.of(still.get(name)));
      assertThat(distance(slow.get("teacher." + name), slow.get(name)))
          .as(name)
          .isGreaterThan(1e-2);
    }
  }

  @Test
  void decayOfTheTeacherChangesWithTheEpoch() {
    Map<String, INDArray> tensors =
        trained(
            "two epochs",
            "training.epochs=2",
            "options.ema_decay=[0.999, 0.0]",
            "options.ema_epochs=[1]",
            QUICK);

    for (String name : List.of("blocks.1.mlp.fc1.weight", "lm_head_1.weight")) {
      assertThat(Bits.of(tensors.get("teacher." + name)))
          .as(name)
          .isEqualTo(Bits.of(tensors.get(name)));
    }
  }

  @Test
  void aNewRunBeginsWithATeacherEqualToTheModel() {
    Map<String, INDArray> tensors =
        trained(
            "frozen",
            "training.epochs=1",
            "training.base_lr=0",
            "training.min_lr=0",
            "training.weight_decay=0",
            QUICK);
    List<String> teacher =
        tensors.keySet().stream().filter(name -> name.startsWith("teacher.")).toList();

    assertThat(teacher)
        .contains("teacher.cls_token", "teacher.mask_token_1", "teacher.lm_head.proj.weight");
    for (String name : teacher) {
      INDArray model = tensors.get(name.substring("teacher.".length()));
      assertThat(distance(tensors.get(name), model))
          .as(name)
          .isLessThan(1e-5 * (1e-3 + model.norm2Number().doubleValue()));
    }
  }

  @Test
  void referenceIsTheLossOfPredictingZeros() {
    Path plain =
        tiny()
            .train(
                "without weights",
                "training.epochs=1",
                "options.weight_mask=false",
                "options.feature_weight=0",
                QUICK);

    // flat patches have no deviation, the others 1; the features add 1; neighbours up to double
    double pixel = first(plain, "loss.reference");
    assertThat(pixel).isBetween(0.3, 1.0);
    assertThat(first(oneEpoch(), "loss.reference")).isBetween(pixel + 1, 2 * (pixel + 1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "model.drop_path=0.1 | model.drop_path: 0.1 must be 0",
        "model.layer_scale=0.1 | model.layer_scale: 0.1 must be 0",
        "model.dim=26 | model.dim: 26 must be a multiple of 4",
        "masking.ratio=0.99 | the mask ratio 0.99 masks all 16 tokens: lower the ratio",
        "options.decoder_dim=18 | options.decoder_dim: 18 must be a multiple of 4",
        "options.decoder_depth=0 | options.decoder_depth: 0 must be at least 1",
        "options.block_patches=13 | options.block_patches: 13 must be at most 12",
        "options.block_max=1 | options.block_max: 1 must be at least options.block_min",
        "options.injected_blocks=[0, 2] | options.injected_blocks: [0, 2] must be between",
        "options.injected_blocks=[0] | options.injected_blocks: [0] must be two blocks",
        "options.feature_weight=-1 | options.feature_weight: -1.0 must be 0 or greater",
        "options.ema_decay=[1.0] | options.ema_decay: [1.0] must be decays in [0, 1)",
        "options.ema_epochs=[9] | options.ema_epochs: [9] must be ascending epochs above 0",
        "options.decoder_width=3 | decoder_width"
      })
  void whatBootMaeDoesNotHaveIsRefusedByItsKey(String setting, String message) {
    assertRefused(setting, message);
  }

  private Map<String, INDArray> trained(String name, String... settings) {
    return WeightFile.read(TinyRun.last(tiny().train(name, settings)));
  }

  private static double distance(INDArray a, INDArray b) {
    return a.sub(b).norm2Number().doubleValue();
  }
}
