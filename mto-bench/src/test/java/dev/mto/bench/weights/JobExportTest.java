package dev.mto.bench.weights;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.bench.Execution;
import dev.mto.bench.OfficialCheckpoint;
import dev.mto.bench.TrainedJob;
import dev.mto.engine.folder.CheckpointStore;
import dev.mto.engine.weights.TrainedModel;
import dev.mto.engine.weights.WeightsOf;
import dev.mto.evaluation.TrainedClassifier;
import dev.mto.models.weights.SafeTensors;
import dev.mto.oracle.Bits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** {@code weights export --job}: classifiers under names that other code looks for. */
class JobExportTest {
  @TempDir private Path folder;

  @Test
  void aFineTunedMaeHasTheNamesOfItsOfficialCodeAndOfTimm() throws IOException {
    TrainedJob job = TrainedJob.fineTuned(OfficialCheckpoint.MAE, folder, "epochs=1");

    Map<String, INDArray> timm = exported(job, "--names", "timm");

    assertThat(timm.keySet())
        .contains(
            "cls_token",
            "pos_embed",
            "blocks.1.attn.qkv.bias",
            "fc_norm.weight",
            "head.weight",
            "head.bias")
        .doesNotContain("norm.weight");
    assertThat(timm.get("head.weight").shape()).containsExactly(3, 48);
    assertThat(Bits.of(timm)).isEqualTo(Bits.of(exported(job)));
    Map<String, INDArray> read =
        TrainedModel.ofFile(out(), OfficialCheckpoint.MAE.runConfig(folder))
            .tensors(WeightsOf.STUDENT);
    assertThat(Bits.of(read.get("blocks.0.norm1.weight")))
        .isEqualTo(Bits.of(timm.get("blocks.0.norm1.weight")));
  }

  @Test
  void theMovingAverageIsTakenAsItWasMeasured() throws IOException {
    TrainedJob job = TrainedJob.fineTuned(OfficialCheckpoint.MAE, folder, "epochs=1");
    Map<String, INDArray> saved =
        CheckpointStore.read(job.folder().resolve("checkpoints/last.safetensors")).tensors();

    assertThat(exported(job).get("head.weight"))
        .isEqualTo(saved.get("average.head.weight"))
        .isNotEqualTo(saved.get("head.weight"));
  }

  @Test
  void aFineTunedSimMimIsABeitForImageClassification() throws IOException {
    TrainedJob job = TrainedJob.fineTuned(OfficialCheckpoint.SIMMIM, folder, "epochs=1");

    Map<String, INDArray> beit = exported(job, "--names", "huggingface");

    Map<String, INDArray> official = exported(job);
    assertThat(beit)
        .containsEntry(
            "beit.encoder.layer.1.attention.attention.relative_position_bias.relative_position_bias_table",
            official.get("blocks.1.attn.relative_position_bias_table"))
        .containsEntry("beit.encoder.layer.0.lambda_2", official.get("blocks.0.gamma_2"))
        .containsEntry("beit.pooler.layernorm.bias", official.get("fc_norm.bias"))
        .containsEntry("classifier.weight", official.get("head.weight"))
        .containsKey("beit.encoder.layer.0.attention.attention.key.weight")
        .doesNotContainKey("beit.layernorm.weight");
    assertThat(beit.keySet()).allMatch(name -> name.matches("(beit|classifier)\\..*"));
    JsonNode config = json("config.json");
    assertThat(config.at("/architectures/0").asText()).isEqualTo("BeitForImageClassification");
    assertThat(config.get("use_mean_pooling").asBoolean()).isTrue();
    assertThat(config.get("use_relative_position_bias").asBoolean()).isTrue();
    assertThat(config.get("use_shared_relative_position_bias").asBoolean()).isFalse();
    assertThat(config.get("layer_scale_init_value").asDouble()).isEqualTo(0.1);
    assertThat(config.at("/id2label/2").asText()).isEqualTo("class2");
    assertThat(config.get("intermediate_size").asInt()).isEqualTo(192);
    JsonNode images = json("preprocessor_config.json");
    assertThat(images.at("/size/shortest_edge").asInt()).isEqualTo(55);
    assertThat(images.at("/crop_size/height").asInt()).isEqualTo(48);
    assertThat(images.at("/image_std/0").asDouble()).isEqualTo(0.229);
  }

  @Test
  void aMaeThatClassifiesItsClassTokenIsAViTForImageClassification() throws IOException {
    TrainedJob job =
        TrainedJob.fineTuned(OfficialCheckpoint.MAE, folder, "epochs=1", "pooling=class");

    Map<String, INDArray> vit = exported(job, "--names", "huggingface");

    assertThat(vit)
        .containsKey("vit.encoder.layer.1.attention.attention.key.bias")
        .containsKey("vit.layernorm.weight")
        .containsKey("classifier.bias");
    assertThat(json("config.json").at("/architectures/0").asText())
        .isEqualTo("ViTForImageClassification");
    assertThat(json("config.json").get("layer_norm_eps").asDouble()).isEqualTo(1e-6);
  }

  @Test
  void aProbesStandardisationIsInItsHead() throws IOException {
    TrainedJob job = TrainedJob.solved(OfficialCheckpoint.MAE, folder, "--feature", "class");
    INDArray images = OfficialCheckpoint.images(OfficialCheckpoint.MAE.runConfig(folder), 2);

    Map<String, INDArray> official = exported(job);
    INDArray tokens = encoded(images);

    INDArray logits =
        tokens
            .mmul(official.get("head.weight").transpose())
            .addRowVector(official.get("head.bias"));
    try (TrainedClassifier classifier = TrainedClassifier.ofJob(job.folder(), warning -> {})) {
      classifier.classify(
          images,
          (own, probabilities) ->
              assertThat(logits.sub(own).amaxNumber().doubleValue()).isLessThan(1e-4));
    }
    Execution.of(Execution.joined(line(job), "--names", "timm")).assertRefused("a linear probe");
  }

  /** The class token of MAE's encoder. */
  private INDArray encoded(INDArray images) {
    Path file = folder.resolve("encoder.fb");
    Execution.ofLine(
            "weights export --weights %s --config %s --format samediff --out %s",
            OfficialCheckpoint.MAE.file(), OfficialCheckpoint.MAE.config(folder), file)
        .assertDone();
    INDArray tokens =
        SameDiff.load(file.toFile(), false)
            .output(Map.of("images", images), "tokens")
            .get("tokens");
    return tokens.get(NDArrayIndex.all(), NDArrayIndex.point(0), NDArrayIndex.all());
  }

  @Test
  void aClassifierIsAGraphOfSameDiffToo() throws IOException {
    TrainedJob job = TrainedJob.fineTuned(OfficialCheckpoint.BOOTMAE, folder, "epochs=1");
    INDArray images = OfficialCheckpoint.images(OfficialCheckpoint.BOOTMAE.runConfig(folder), 2);
    Path file = folder.resolve("classifier.fb");

    Execution.ofLine("weights export --job %s --format samediff --out %s", job.folder(), file)
        .assertDone();

    Map<String, INDArray> results =
        SameDiff.load(file.toFile(), false)
            .output(Map.of("images", images), List.of("logits", "probabilities"));
    Map<String, INDArray> expected = new HashMap<>();
    try (TrainedClassifier classifier = TrainedClassifier.ofJob(job.folder(), warning -> {})) {
      classifier.classify(images, (logits, own) -> expected.put("probabilities", own.dup()));
    }
    assertThat(
            results
                .get("probabilities")
                .sub(expected.get("probabilities"))
                .amaxNumber()
                .doubleValue())
        .isLessThan(1e-5);
  }

  @Test
  void theEncodersOfOthersThanMaeAreBeitModels() throws IOException {
    OfficialCheckpoint conmim = OfficialCheckpoint.CONMIM;
    String line = "weights export --weights %s --config %s --names huggingface --out %s";
    Execution.of(
            Execution.joined(
                Execution.arguments(line, conmim.file(), conmim.config(folder), out()),
                "--part",
                "encoder"))
        .assertDone();

    assertThat(SafeTensors.read(out()).tensors())
        .containsKey("beit.encoder.relative_position_bias.relative_position_bias_table")
        .containsKey("beit.layernorm.weight");
    assertThat(json("config.json").at("/architectures/0").asText()).isEqualTo("BeitModel");
    assertThat(json("config.json").get("use_shared_relative_position_bias").asBoolean()).isTrue();
    Execution.of(Execution.arguments(line, conmim.file(), conmim.config(folder), out() + "2"))
        .assertRefused("config.json: is there already");
    Path taken = Files.createDirectory(folder.resolve("hf")).resolve("config.json");
    Execution.of(Execution.arguments(line, conmim.file(), conmim.config(folder), taken))
        .assertRefused(taken + ": is the name of what goes beside it");
  }

  @Test
  void aWholeMaeIsAViTMAEForPreTraining() throws IOException {
    OfficialCheckpoint mae = OfficialCheckpoint.MAE;

    Execution.ofLine(
            "weights export --weights %s --config %s --names huggingface --out %s",
            mae.file(), mae.config(folder), out())
        .assertDone();

    JsonNode config = json("config.json");
    assertThat(config.at("/architectures/0").asText()).isEqualTo("ViTMAEForPreTraining");
    assertThat(config.get("decoder_hidden_size").asInt()).isEqualTo(32);
    assertThat(config.get("decoder_intermediate_size").asInt()).isEqualTo(128);
    assertThat(config.get("norm_pix_loss").asBoolean()).isTrue();
    assertThat(config.get("mask_ratio").asDouble()).isEqualTo(0.75);
  }

  private Path out() {
    return folder.resolve("model.safetensors");
  }

  private JsonNode json(String name) throws IOException {
    return new ObjectMapper().readTree(folder.resolve(name).toFile());
  }

  private String[] line(TrainedJob job) {
    return Execution.arguments("weights export --job %s --force --out %s", job.folder(), out());
  }

  private Map<String, INDArray> exported(TrainedJob job, String... more) {
    Execution.of(Execution.joined(line(job), more)).assertDone();
    return SafeTensors.read(out()).tensors();
  }
}
