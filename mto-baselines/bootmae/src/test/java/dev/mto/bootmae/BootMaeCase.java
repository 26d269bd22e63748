package dev.mto.bootmae;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.engine.testing.OracleRun;
import dev.mto.models.Parameters;
import dev.mto.models.Tokens;
import dev.mto.models.VitConfig;
import dev.mto.models.weights.WeightFile;
import dev.mto.oracle.Oracle;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A reference case: the graph with its weights, the teacher's, images and mask. */
record BootMaeCase(
    Path folder, DataType type, VitConfig vit, BootMaeModel model, OracleRun run, JsonNode values) {

  static BootMaeCase load(Path folder, DataType type) {
    return load(folder, type, true);
  }

  static BootMaeCase load(Path folder, DataType type, boolean weightMask) {
    JsonNode values = Oracle.json(folder.resolve("values.json"));
    JsonNode config = values.get("config");
    INDArray images = Oracle.npy(folder.resolve("image.npy")).castTo(type);
    VitConfig vit = OracleRun.vit(config, images, 0);
    int visible = vit.patches() - config.get("mask_num").asInt();
    SameDiff sameDiff = SameDiff.create();
    Parameters parameters = new Parameters(sameDiff, type, name -> new Random(1));
    BootMaeModel model =
        new BootMaeModel(vit, options(folder, config, weightMask), visible, parameters);
    Map<String, INDArray> weights = WeightFile.read(folder.resolve("weights.npz"));
    OracleRun.copy(weights, parameters);
    // the last digit of the official tables depends on PyTorch's own sine
    for (String table : parameters.tables().keySet()) {
      sameDiff.getVariable(table).getArr().assign(weights.get(table).castTo(type));
    }
    Map<String, INDArray> averaged = WeightFile.read(folder.resolve("weights.pth"), "model_ema");
    model
        .state()
        .forEach(
            (name, array) ->
                array.assign(
                    averaged
                        .get(name.substring(BootMaeModel.TEACHER.length()))
                        .castTo(array.dataType())));
    INDArray mask = Oracle.npy(folder.resolve("mask.npy")).castTo(type);
    Map<String, INDArray> feeds =
        Map.of(
            "images",
            images,
            "mask",
            mask,
            "selection",
            Tokens.selection(OracleRun.visible(mask), vit.patches(), type),
            "featureWeight",
            Nd4j.scalar(type, values.get("feature_weight").asDouble()));
    return new BootMaeCase(
        folder, type, vit, model, new OracleRun(sameDiff, parameters, feeds), values);
  }

  private static BootMaeOptions options(Path folder, JsonNode config, boolean weightMask) {
    int depth = (int) Oracle.npy(folder.resolve("pixel_decoder_tokens.npy")).size(0) - 1;
    JsonNode injected = config.get("fea_list");
    return new BootMaeOptions(
        config.get("decode_dim").asInt(),
        depth,
        List.of(injected.get(0).asInt(), injected.get(1).asInt()),
        1,
        1,
        1,
        weightMask,
        1,
        List.of(0.999),
        List.of());
  }

  INDArray array(String name) {
    return Oracle.npy(folder.resolve(name + ".npy"));
  }
}
