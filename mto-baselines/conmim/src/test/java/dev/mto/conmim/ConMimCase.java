package dev.mto.conmim;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.conmim.ConMimOptions.MaskShape;
import dev.mto.data.image.Photometric;
import dev.mto.engine.testing.OracleRun;
import dev.mto.models.Parameters;
import dev.mto.models.VitConfig;
import dev.mto.models.weights.WeightFile;
import dev.mto.oracle.Oracle;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A reference case: the graph with the weights of student and teacher and both views. */
record ConMimCase(Path folder, DataType type, ConMimModel model, OracleRun run, JsonNode values) {

  static ConMimCase load(Path folder, DataType type) {
    JsonNode values = Oracle.json(folder.resolve("values.json"));
    JsonNode config = values.get("config");
    INDArray images = Oracle.npy(folder.resolve("image_student.npy")).castTo(type);
    VitConfig vit = OracleRun.vit(config, images, 0.1);
    SameDiff sameDiff = SameDiff.create();
    Parameters student = new Parameters(sameDiff, type, name -> new Random(1));
    ConMimModel model = new ConMimModel(vit, options(config), student);
    OracleRun.copy(WeightFile.read(folder.resolve("weights.npz")), student);
    OracleRun.copy(
        ofTeacher(WeightFile.read(folder.resolve("teacher/weights.npz"))), model.teacherParameters);
    INDArray mask = Oracle.npy(folder.resolve("mask.npy")).castTo(type);
    Map<String, INDArray> feeds =
        Map.of(
            "images", images,
            "teacherImages", Oracle.npy(folder.resolve("image_teacher.npy")).castTo(type),
            "mask", mask.reshape(mask.size(0), vit.patches()));
    return new ConMimCase(folder, type, model, new OracleRun(sameDiff, student, feeds), values);
  }

  INDArray array(String name) {
    return Oracle.npy(folder.resolve(name + ".npy"));
  }

  private static ConMimOptions options(JsonNode config) {
    return new ConMimOptions(
        config.get("mlp_dim").asInt(),
        config.get("dim").asInt(),
        config.get("vocab_size").asInt(),
        config.get("temp").asDouble(),
        0.996,
        MaskShape.UNITS,
        75,
        16,
        10,
        Photometric.conMim());
  }

  private static Map<String, INDArray> ofTeacher(Map<String, INDArray> weights) {
    Map<String, INDArray> named = new LinkedHashMap<>();
    weights.forEach((name, array) -> named.put(ConMimModel.TEACHER + name, array));
    return named;
  }
}
