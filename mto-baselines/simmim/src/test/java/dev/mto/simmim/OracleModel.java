package dev.mto.simmim;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.models.Parameters;
import dev.mto.models.VisionTransformer;
import dev.mto.models.VitConfig;
import dev.mto.models.weights.WeightFile;
import dev.mto.oracle.Oracle;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The model of a reference case with the weights and inputs of that case. */
record OracleModel(
    SameDiff sameDiff,
    VitConfig config,
    SimMimModel model,
    Parameters parameters,
    Map<String, INDArray> feeds,
    JsonNode values) {

  static OracleModel load(Path folder, DataType type) {
    JsonNode values = Oracle.json(folder.resolve("values.json"));
    INDArray images = Oracle.npy(folder.resolve("image.npy")).castTo(type);
    VitConfig config = config(values.get("config"), images.shape());
    SameDiff sameDiff = SameDiff.create();
    Parameters parameters = new Parameters(sameDiff, type, name -> new Random(1));
    SimMimModel model = new SimMimModel(config, 1, parameters);
    Map<String, INDArray> weights = WeightFile.read(folder.resolve("weights.npz"));
    copy(weights, parameters, sameDiff);
    INDArray mask = Oracle.npy(folder.resolve("mask.npy")).castTo(type);
    Map<String, INDArray> feeds =
        Map.of("images", images, "mask", mask.reshape(mask.size(0), config.patches()));
    return new OracleModel(sameDiff, config, model, parameters, feeds, values);
  }

  /** The shared relative position bias of a case, computed alone. */
  static INDArray relativePositionBias(Path folder, DataType type) {
    OracleModel model = load(folder, type);
    SameDiff sameDiff = SameDiff.create();
    Parameters parameters = new Parameters(sameDiff, type, name -> new Random(1));
    VisionTransformer encoder =
        new VisionTransformer(
            model.config(),
            VisionTransformer.Options.beit(model.config(), false),
            parameters,
            "encoder.");
    copy(WeightFile.read(folder.resolve("weights.npz")), parameters, sameDiff);
    return encoder.relativePositionBias().eval();
  }

  private static void copy(
      Map<String, INDArray> weights, Parameters parameters, SameDiff sameDiff) {
    for (String name : parameters.names()) {
      INDArray target = sameDiff.getArrForVarName(name);
      target.assign(weights.get(name).castTo(target.dataType()));
    }
  }

  private static VitConfig config(JsonNode config, long[] images) {
    return new VitConfig(
        Math.toIntExact(images[1]),
        Math.toIntExact(images[2]),
        Math.toIntExact(images[3]),
        config.get("patch_size").asInt(),
        config.get("embed_dim").asInt(),
        config.get("depth").asInt(),
        config.get("num_heads").asInt(),
        config.path("mlp_ratio").asDouble(4),
        config.get("init_values").asDouble(),
        0,
        VitConfig.OFFICIAL_INIT_STD);
  }
}
