package dev.mto.bootmae;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.engine.testing.Arithmetic;
import dev.mto.engine.testing.OracleCase;
import dev.mto.models.Tokens;
import dev.mto.models.weights.WeightFile;
import dev.mto.oracle.Oracle;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A reference case: the graph with its weights, the teacher's, images and mask. */
final class BootMaeCase {
  private BootMaeCase() {}

  static OracleCase<BootMaeModel> load(Path folder, Arithmetic arithmetic, boolean weightMask) {
    OracleCase<BootMaeModel> official =
        OracleCase.load(
            folder,
            arithmetic,
            "image",
            0,
            (vit, values, parameters) -> {
              JsonNode config = values.get("config");
              int visible = vit.patches() - config.get("mask_num").asInt();
              return new BootMaeModel(
                  vit, options(folder, config, weightMask), visible, parameters);
            });
    // the last digit of the official tables depends on PyTorch's own sine
    Map<String, INDArray> weights = WeightFile.read(folder.resolve("weights.npz"));
    for (String table : official.parameters().tables().keySet()) {
      official
          .graph()
          .getVariable(table)
          .getArr()
          .assign(weights.get(table).castTo(arithmetic.type()));
    }
    Map<String, INDArray> averaged = WeightFile.read(folder.resolve("weights.pth"), "model_ema");
    official
        .model()
        .state()
        .forEach(
            (name, array) ->
                array.assign(
                    averaged
                        .get(name.substring(BootMaeModel.TEACHER.length()))
                        .castTo(array.dataType())));
    int[][] visible = visible(official.feeds().get("mask"));
    INDArray selection = Tokens.selection(visible, official.vit().patches(), arithmetic.type());
    official.feeds().put("selection", selection);
    double weight = official.values().get("feature_weight").asDouble();
    official.feeds().put("featureWeight", Nd4j.scalar(arithmetic.type(), weight));
    return official;
  }

  /** Indices of the visible tokens of each image of a mask [B, N], 1 = masked. */
  private static int[][] visible(INDArray mask) {
    return Arrays.stream(mask.toDoubleMatrix())
        .map(row -> IntStream.range(0, row.length).filter(i -> row[i] == 0).toArray())
        .toArray(int[][]::new);
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
}
