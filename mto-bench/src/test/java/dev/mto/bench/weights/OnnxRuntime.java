package dev.mto.bench.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * ONNX Runtime in Node, where it is installed: {@code npm install onnxruntime-web} (or {@code
 * onnxruntime-node}) in the folder that the system property or environment variable {@value
 * #FOLDER} names.
 */
record OnnxRuntime(Path folder, Path work) {
  static final String FOLDER = "mto.onnxruntime";

  /** Skips the test with the reason where there is none. */
  static OnnxRuntime orSkip(Path work) {
    String folder = System.getProperty(FOLDER, System.getenv().getOrDefault("MTO_ONNXRUNTIME", ""));
    assumeTrue(
        !folder.isBlank(),
        "ONNX Runtime is not there: npm install onnxruntime-web in a folder, and name that by -D"
            + FOLDER
            + " or MTO_ONNXRUNTIME");
    Path modules = Path.of(folder).resolve("node_modules");
    assumeTrue(
        Files.isDirectory(modules.resolve("onnxruntime-web"))
            || Files.isDirectory(modules.resolve("onnxruntime-node")),
        modules + " has neither onnxruntime-web nor onnxruntime-node");
    assumeTrue(nodeIsThere(), "Node is not on the PATH");
    return new OnnxRuntime(Path.of(folder), work);
  }

  private static boolean nodeIsThere() {
    try {
      return new ProcessBuilder("node", "--version").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** A model, and what it is run on. */
  record Run(Path model, INDArray images) {}

  /** Runs models in one process, and gives the results of each run by name. */
  List<Map<String, INDArray>> run(List<Run> runs) throws IOException {
    List<Map<String, Object>> described = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      Path file = work.resolve("images-" + i + ".bin");
      write(file, runs.get(i).images());
      described.add(
          Map.of(
              "model", runs.get(i).model().toString(),
              "file", file.toString(),
              "shape", runs.get(i).images().shape()));
    }
    Path file = work.resolve("runs.json");
    new ObjectMapper().writeValue(file.toFile(), described);
    List<String> command =
        List.of("node", "src/test/resources/onnxruntime/run.cjs", folder + "", file + "");
    Path printed = work.resolve("results.json");
    Path errors = work.resolve("errors.txt");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectOutput(printed.toFile())
              .redirectError(errors.toFile())
              .start();
      assertThat(process.waitFor()).as(Files.readString(errors)).isZero();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    List<Map<String, INDArray>> results = new ArrayList<>();
    for (JsonNode outputs : new ObjectMapper().readTree(printed.toFile())) {
      Map<String, INDArray> byName = new LinkedHashMap<>();
      outputs.properties().forEach(o -> byName.put(o.getKey(), array(o.getValue())));
      results.add(byName);
    }
    return results;
  }

  private static void write(Path file, INDArray images) throws IOException {
    float[] values = images.dup('c').data().asFloat();
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    Files.write(file, bytes.array());
  }

  private static INDArray array(JsonNode tensor) {
    JsonNode values = tensor.get("values");
    float[] numbers = new float[values.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) values.get(i).asDouble();
    }
    JsonNode extents = tensor.get("shape");
    long[] shape = new long[extents.size()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = extents.get(i).asLong();
    }
    return Nd4j.create(numbers, shape, 'c');
  }
}
