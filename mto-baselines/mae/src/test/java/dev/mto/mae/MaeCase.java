package dev.mto.mae;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.engine.testing.OracleRun;
import dev.mto.models.Parameters;
import dev.mto.models.Tokens;
import dev.mto.models.VitConfig;
import dev.mto.models.weights.WeightFile;
import dev.mto.oracle.Oracle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A reference case: the graph with its weights, images and noise. */
record MaeCase(
    Path folder, DataType type, VitConfig vit, MaeModel model, OracleRun run, JsonNode values) {

  static MaeCase load(Path folder, DataType type, boolean normPix) {
    JsonNode values = Oracle.json(folder.resolve("values.json"));
    JsonNode config = values.get("config");
    INDArray images = Oracle.npy(folder.resolve("image.npy")).castTo(type);
    VitConfig vit = OracleRun.vit(config, images, 0);
    MaeOptions options =
        new MaeOptions(
            config.get("decoder_embed_dim").asInt(),
            config.get("decoder_depth").asInt(),
            config.get("decoder_num_heads").asInt(),
            normPix);
    int keep = values.get("len_keep").asInt();
    SameDiff sameDiff = SameDiff.create();
    Parameters parameters = new Parameters(sameDiff, type, name -> new Random(1));
    MaeModel model = new MaeModel(vit, options, keep, parameters);
    OracleRun.copy(WeightFile.read(folder.resolve("weights.npz")), parameters);
    INDArray noise = Oracle.npy(folder.resolve("noise.npy"));
    int[][] order =
        Arrays.stream(noise.toDoubleMatrix())
            .map(row -> Arrays.copyOf(ascending(row), keep))
            .toArray(int[][]::new);
    Map<String, INDArray> feeds =
        Map.of(
            "images",
            images,
            "mask",
            Oracle.npy(folder.resolve("mask.npy")).castTo(type),
            "selection",
            Tokens.selection(order, vit.patches(), type));
    return new MaeCase(
        folder, type, vit, model, new OracleRun(sameDiff, parameters, feeds), values);
  }

  boolean has(String name) {
    return Files.exists(folder.resolve(name + ".npy"));
  }

  INDArray array(String name) {
    return Oracle.npy(folder.resolve(name + ".npy"));
  }

  private static int[] ascending(double[] noise) {
    return IntStream.range(0, noise.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> noise[i]))
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
