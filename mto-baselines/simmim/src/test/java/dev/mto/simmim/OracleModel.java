package dev.mto.simmim;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.engine.testing.OracleRun;
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
    VitConfig config = OracleRun.vit(values.get("config"), images, 0);
    SameDiff sameDiff = SameDiff.create();
    Parameters parameters = new Parameters(sameDiff, type, name -> new Random(1));
    SimMimModel model = new SimMimModel(config, 1, parameters);
    OracleRun.copy(WeightFile.read(folder.resolve("weights.npz")), parameters);
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
    OracleRun.copy(WeightFile.read(folder.resolve("weights.npz")), parameters);
    return encoder.relativePositionBias().eval();
  }

  /** The graph with its inputs. */
  OracleRun run() {
    return new OracleRun(sameDiff, parameters, feeds);
  }
}
