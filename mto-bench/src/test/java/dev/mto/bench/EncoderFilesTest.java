package dev.mto.bench;

import static dev.mto.bench.OfficialCheckpoint.images;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.engine.config.RunConfig;
import dev.mto.engine.encoder.FeatureKind;
import dev.mto.engine.encoder.FrozenEncoder;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.weights.TrainedModel;
import dev.mto.engine.weights.WeightSource;
import dev.mto.engine.weights.WeightsOf;
import dev.mto.models.weights.SafeTensors;
import dev.mto.models.weights.WeightFile;
import dev.mto.oracle.Bits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Encoders as they are in the field: what they give, and what is refused or said about them. */
class EncoderFilesTest {
  private static final String SHARED = "rel_pos_bias.relative_position_bias_table";
  private static final String OF_BLOCK = "attn.relative_position_bias_table";

  private final List<String> said = new ArrayList<>();

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(names = {"SIMMIM", "CONMIM"})
  void tablesOfEachBlockAreUsed(OfficialCheckpoint official) throws IOException {
    Map<String, INDArray> fineTuned = perBlock(official);
    INDArray expected = features(official, WeightFile.read(official.file()));

    assertThat(Bits.of(features(official, fineTuned))).isEqualTo(Bits.of(expected));
    String prefix = official == OfficialCheckpoint.SIMMIM ? "encoder." : "";
    fineTuned.computeIfPresent(prefix + "blocks.1." + OF_BLOCK, (name, table) -> noise(table));
    assertThat(features(official, fineTuned)).isNotEqualTo(expected);
  }

  @Test
  void learnedPositionsAreUsedAndExported() throws IOException {
    OfficialCheckpoint official = OfficialCheckpoint.MAE;
    Map<String, INDArray> file = WeightFile.read(official.file());
    INDArray fixed = features(official, file);
    file.put("pos_embed", noise(file.get("pos_embed")));

    assertThat(features(official, file)).isNotEqualTo(fixed);
    Path exported = folder.resolve("exported.safetensors");
    official.export(write(file), exported, folder, "--part", "encoder").assertDone();
    assertThat(SafeTensors.read(exported).tensors().get("pos_embed"))
        .isEqualTo(file.get("pos_embed"));
    file.put("pos_embed", Nd4j.zeros(DataType.FLOAT, file.get("pos_embed").shape()));
    assertThat(features(official, file)).isNotEqualTo(fixed);
  }

  @Test
  void anEncoderThatKeepsItsFixedPositionsRefusesOthers() throws IOException {
    OfficialCheckpoint official = OfficialCheckpoint.BOOTMAE;
    Map<String, INDArray> file = WeightFile.read(official.file());
    file.put("pos_embed", noise(file.get("pos_embed")));

    assertThatThrownBy(() -> features(official, file))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("pos_embed is not the fixed table of this model");
  }

  @ParameterizedTest
  @CsvSource({
    "MAE, blocks.0.ls1.gamma",
    "MAE, blocks.1.attn.q_norm.weight",
    "MAE, register_tokens",
    "MAE, dist_token",
    "MAE, blocks.0.attn.relative_position_bias_table",
    "SIMMIM, encoder.pos_embed",
    "SIMMIM, encoder.blocks.2.norm1.weight",
    "BOOTMAE, blocks.0.gamma_1",
    "CONMIM, reg_token"
  })
  void whatWouldChangeTheFunctionIsRefusedWhereverWeightsAreRead(
      OfficialCheckpoint official, String name) throws IOException {
    Map<String, INDArray> file = WeightFile.read(official.file());
    file.put(name, Nd4j.ones(DataType.FLOAT, 4));
    Path given = write(file);
    Path out = folder.resolve("out.safetensors");

    official.export(given, out, folder, "--part", "encoder").assertRefused("holds " + name);
    official.export(given, out, folder).assertRefused("holds " + name);
    Execution.ofLine("weights import %s --config %s --out %s", given, official.config(folder), out)
        .assertRefused("holds " + name);
    assertThat(out).doesNotExist();
  }

  @Test
  void learnedPositionsOfAnotherGridAreRefused() throws IOException {
    OfficialCheckpoint official = OfficialCheckpoint.MAE;
    Map<String, INDArray> file = WeightFile.read(official.file());
    file.put("pos_embed", Nd4j.ones(DataType.FLOAT, 1, 26, 48));

    assertThatThrownBy(() -> features(official, file))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("pos_embed has shape [1, 26, 48], the model's has [1, 17, 48]");
  }

  @Test
  void inspectSaysWhatTheModelCannotUse() throws IOException {
    OfficialCheckpoint official = OfficialCheckpoint.MAE;
    Map<String, INDArray> file = WeightFile.read(official.file());
    file.put("pos_embed", Nd4j.ones(DataType.FLOAT, 1, 26, 48));
    file.put("decoder_pos_embed", noise(file.get("decoder_pos_embed")));
    file.put("blocks.0.ls1.gamma", Nd4j.ones(DataType.FLOAT, 48));

    Execution shown =
        Execution.ofLine("weights inspect %s --config %s", write(file), official.config(folder));

    shown.assertDone();
    assertThat(shown.out())
        .contains("decoder_pos_embed is not the fixed table of this model")
        .contains("pos_embed: [1, 26, 48] in the file, [1, 17, 48] in the model")
        .contains("not in the model (1):");
  }

  @Test
  void headsAreSaid() throws IOException {
    Map<String, INDArray> file = WeightFile.read(OfficialCheckpoint.MAE.file());
    file.keySet().removeIf(name -> name.startsWith("decoder") || name.equals("mask_token"));
    file.put("head.weight", Nd4j.ones(DataType.FLOAT, 10, 48));
    file.put("optimizer.step", Nd4j.ones(DataType.FLOAT, 1));

    features(OfficialCheckpoint.MAE, file);

    assertThat(said).hasSize(2);
    assertThat(said.get(0)).endsWith("the optimizer's state (1 tensors) is not used");
    assertThat(said.get(1)).endsWith("1 of its tensors are not used: head.*");
  }

  @ParameterizedTest
  @EnumSource(names = {"SIMMIM", "CONMIM"})
  void encodersOfTransformersAndTimmGiveTheSameFeatures(OfficialCheckpoint official)
      throws IOException {
    INDArray expected = features(official, WeightFile.read(official.file()));
    Map<String, INDArray> timm = new LinkedHashMap<>();
    perBlock(official)
        .forEach((name, tensor) -> timm.put(name.replaceFirst("^encoder\\.", ""), tensor));
    timm.put("head.weight", Nd4j.ones(DataType.FLOAT, 10, 4));
    Map<String, INDArray> beit = new LinkedHashMap<>();
    timm.forEach((name, tensor) -> transformers(name, tensor, beit));

    assertThat(Bits.of(features(official, timm))).isEqualTo(Bits.of(expected));
    assertThat(beit).containsKey("beit.encoder.layer.0.attention.attention.key.weight");
    assertThat(Bits.of(features(official, beit))).isEqualTo(Bits.of(expected));
  }

  @Test
  void theMovingAverageIsWhatFineTuningMeasured() throws IOException {
    OfficialCheckpoint official = OfficialCheckpoint.BOOTMAE;
    Map<String, INDArray> average = WeightFile.read(official.file());
    Map<String, INDArray> file = new LinkedHashMap<>();
    average.forEach(
        (name, tensor) -> {
          file.put(name, tensor.isR() && !name.endsWith("pos_embed") ? tensor.add(1) : tensor);
          file.put("average." + name, tensor);
        });

    assertThat(Bits.of(features(official, file))).isEqualTo(Bits.of(features(official, average)));
    assertThat(said)
        .anyMatch(
            line ->
                line.endsWith("the moving average of the weights is taken, as it was measured"));
  }

  @Test
  void anEntryIsChosen() throws IOException {
    OfficialCheckpoint official = OfficialCheckpoint.MAE;
    Map<String, INDArray> entries = new LinkedHashMap<>();
    WeightFile.read(official.file())
        .forEach(
            (name, tensor) -> {
              entries.put("slow." + name, tensor);
              entries.put("fast." + name, tensor);
            });
    entries.put("epoch", Nd4j.ones(DataType.FLOAT, 1));
    Path file = write(entries);
    Path out = folder.resolve("out.safetensors");

    official.export(file, out, folder).assertRefused("has no ");
    official.export(file, out, folder, "--entry", "slow").assertDone();
    official
        .export(file, out, folder, "--force", "--entry", "quick")
        .assertRefused("has no entry 'quick'");
  }

  private static void transformers(String name, INDArray tensor, Map<String, INDArray> beit) {
    String translated =
        name.replaceFirst("^blocks\\.(\\d+)\\.", "beit.encoder.layer.$1.")
            .replaceFirst("^(cls_token)", "beit.embeddings.$1")
            .replaceFirst("^patch_embed\\.proj", "beit.embeddings.patch_embeddings.projection")
            .replaceFirst("^norm\\.", "beit.layernorm.")
            .replaceFirst("gamma_", "lambda_")
            .replaceFirst("norm1\\.", "layernorm_before.")
            .replaceFirst("norm2\\.", "layernorm_after.")
            .replaceFirst("attn\\.proj\\.", "attention.output.dense.")
            .replaceFirst("attn\\.q_bias", "attention.attention.query.bias")
            .replaceFirst("attn\\.v_bias", "attention.attention.value.bias")
            .replaceFirst(
                "attn\\.relative_position",
                "attention.attention.relative_position_bias.relative_position")
            .replaceFirst("mlp\\.fc1\\.", "intermediate.dense.")
            .replaceFirst("mlp\\.fc2\\.", "output.dense.");
    if (!name.endsWith("attn.qkv.weight")) {
      beit.put(translated, tensor);
      return;
    }
    String[] parts = {"query", "key", "value"};
    long rows = tensor.size(0) / parts.length;
    for (int i = 0; i < parts.length; i++) {
      beit.put(
          translated.replace("attn.qkv", "attention.attention." + parts[i]),
          tensor.get(NDArrayIndex.interval(i * rows, (i + 1) * rows)).dup('c'));
    }
  }

  /** The encoder as the official fine-tuning has it. */
  private Map<String, INDArray> perBlock(OfficialCheckpoint official) {
    Path exported = folder.resolve("per-block.safetensors");
    official
        .export(official.file(), exported, folder, "--part", "encoder", "--per-block-bias")
        .assertDone();
    Map<String, INDArray> tensors = SafeTensors.read(exported).tensors();
    assertThat(tensors).doesNotContainKeys(SHARED, "encoder." + SHARED);
    return tensors;
  }

  private INDArray features(OfficialCheckpoint official, Map<String, INDArray> tensors)
      throws IOException {
    RunConfig config = official.runConfig(folder);
    WeightSource source = new WeightSource(write(tensors), Optional.empty(), Optional.empty());
    TrainedModel model = TrainedModel.ofFile(source, config, said::add);
    try (FrozenEncoder encoder =
        FrozenEncoder.of(model.baseline(), config, model.tensors(WeightsOf.STUDENT))) {
      return encoder.features(images(config, 2), FeatureKind.usual());
    }
  }

  private static INDArray noise(INDArray like) {
    Nd4j.getRandom().setSeed(5);
    return like.add(Nd4j.randn(DataType.FLOAT, like.shape()).mul(0.5));
  }

  private Path write(Map<String, INDArray> tensors) throws IOException {
    Path file = folder.resolve("given.safetensors");
    SafeTensors.write(file, tensors, Map.of());
    return file;
  }
}
