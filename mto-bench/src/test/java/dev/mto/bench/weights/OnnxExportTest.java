package dev.mto.bench.weights;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.bench.Execution;
import dev.mto.bench.OfficialCheckpoint;
import dev.mto.bench.TrainedJob;
import dev.mto.bench.weights.OnnxRuntime.Run;
import dev.mto.engine.Baselines;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.encoder.EncoderModel;
import dev.mto.engine.weights.TrainedModel;
import dev.mto.engine.weights.WeightsOf;
import dev.mto.evaluation.TrainedClassifier;
import dev.mto.executor.GraphSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.StringStringEntryProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.ValueInfoProto;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@code weights export --format onnx}, run by ONNX Runtime where it is installed. */
class OnnxExportTest {
  /** Largest difference, of values below 1; relative for larger ones. */
  private static final double TOLERANCE = 1e-4;

  private static final List<Integer> BATCHES = List.of(1, 5);

  @TempDir private Path folder;

  @Test
  void onnxRuntimeComputesEncodersAndClassifiersAlike() throws IOException {
    OnnxRuntime runtime = OnnxRuntime.orSkip(folder);
    List<Run> runs = new ArrayList<>();
    List<Map<String, INDArray>> expected = new ArrayList<>();
    for (OfficialCheckpoint official :
        List.of(
            OfficialCheckpoint.SIMMIM,
            OfficialCheckpoint.MAE,
            OfficialCheckpoint.BOOTMAE,
            OfficialCheckpoint.CONMIM)) {
      Path work = Files.createDirectories(folder.resolve(official.name()));
      RunConfig config = official.runConfig(work);
      Path encoder = exportEncoder(official, work);
      TrainedJob job = TrainedJob.fineTuned(official, work, "epochs=1");
      Path classifier = exportJob(job, work);
      for (INDArray images : batches(config)) {
        runs.add(new Run(encoder, images));
        expected.add(encoded(official, config, images));
        runs.add(new Run(classifier, images));
        expected.add(classified(job, images));
      }
    }
    for (TrainedJob probe :
        List.of(
            TrainedJob.probed(
                OfficialCheckpoint.CONMIM,
                Files.createDirectories(folder.resolve("linear")),
                "feature_norm=true",
                "block=1",
                "pooling=mean"),
            TrainedJob.attended(
                OfficialCheckpoint.CONMIM, Files.createDirectories(folder.resolve("attentive"))))) {
      Path exported = exportJob(probe, probe.folder().getParent());
      for (INDArray images : batches(OfficialCheckpoint.CONMIM.runConfig(probe.folder()))) {
        runs.add(new Run(exported, images));
        expected.add(classified(probe, images));
      }
    }

    List<Map<String, INDArray>> results = runtime.run(runs);

    for (int i = 0; i < runs.size(); i++) {
      assertAlike(runs.get(i).model().toString(), results.get(i), expected.get(i));
    }
  }

  private static List<INDArray> batches(RunConfig config) {
    return BATCHES.stream().map(count -> OfficialCheckpoint.images(config, count)).toList();
  }

  private static Map<String, INDArray> encoded(
      OfficialCheckpoint official, RunConfig config, INDArray images) {
    EncoderModel encoder =
        EncoderModel.holding(
            Baselines.named(config.baseline()),
            config,
            1,
            TrainedModel.ofFile(official.file(), config).tensors(WeightsOf.STUDENT));
    String tokens = encoder.output().tokens().name();
    String features = encoder.output().patches().name();
    Map<String, INDArray> results = new HashMap<>();
    try (GraphSession session = GraphSession.forward(encoder.parameters().graph())) {
      session.run(
          Map.of("images", images),
          List.of(tokens, features),
          values -> {
            results.put("tokens", values.get(tokens).dup());
            results.put("features", values.get(features).dup());
          });
    }
    return results;
  }

  private static Map<String, INDArray> classified(TrainedJob job, INDArray images) {
    Map<String, INDArray> results = new HashMap<>();
    try (TrainedClassifier classifier = TrainedClassifier.ofJob(job.folder(), warning -> {})) {
      classifier.classify(
          images,
          (logits, probabilities) -> {
            results.put("logits", logits.dup());
            results.put("probabilities", probabilities.dup());
          });
    }
    return results;
  }

  private static void assertAlike(
      String model, Map<String, INDArray> given, Map<String, INDArray> expected) {
    assertThat(given.keySet()).as(model).isEqualTo(expected.keySet());
    expected.forEach(
        (name, values) -> {
          assertThat(given.get(name).shape()).as(model).isEqualTo(values.shape());
          float[] own = values.dup('c').data().asFloat();
          float[] theirs = given.get(name).data().asFloat();
          for (int i = 0; i < own.length; i++) {
            assertThat(Math.abs(theirs[i] - own[i]))
                .as("%s: %s %d", model, name, i)
                .isLessThanOrEqualTo((float) (TOLERANCE * Math.max(1, Math.abs(own[i]))));
          }
        });
  }

  @Test
  void theModelIsWellFormedAndSaysHowImagesAreMadeAndWhatItsClassesAre() throws IOException {
    TrainedJob job = TrainedJob.fineTuned(OfficialCheckpoint.SIMMIM, folder);

    ModelProto model = read(exportJob(job, folder));

    assertWellFormed(model);
    assertThat(model.getOpsetImport(0).getVersion()).isEqualTo(17);
    assertThat(model.getGraph().getInputList()).singleElement().satisfies(OnnxExportTest::isImages);
    assertThat(model.getGraph().getOutputList().stream().map(ValueInfoProto::getName))
        .containsExactly("logits", "probabilities");
    assertThat(model.getGraph().getInitializerList().stream().map(TensorProto::getName))
        .contains(
            "encoder.patch_embed.proj.weight",
            "encoder.blocks.1.attn.relative_position_bias_table",
            "encoder.blocks.0.gamma_1",
            "fc_norm.weight",
            "head.bias")
        .doesNotContain("encoder.norm.weight");
    Map<String, String> metadata = metadata(model);
    assertThat(metadata)
        .containsEntry("image.channel_order", "RGB")
        .containsEntry("image.height", "48")
        .containsEntry("image.mean", "[0.485,0.456,0.406]")
        .containsEntry("image.resize_shorter_side", "55");
    assertThat(new ObjectMapper().readValue(metadata.get("classes"), String[].class))
        .containsExactly("class0", "class1", "class2");
  }

  private static void isImages(ValueInfoProto input) {
    assertThat(input.getName()).isEqualTo("images");
    assertThat(input.getType().getTensorType().getShape().getDim(0).getDimParam())
        .isEqualTo("batch");
    assertThat(input.getType().getTensorType().getShape().getDim(1).getDimValue()).isEqualTo(3);
  }

  @Test
  void theEncoderHasNoClassesAndLayerNormalisationIsAnOperation() throws IOException {
    ModelProto model = read(exportEncoder(OfficialCheckpoint.MAE, folder));

    assertWellFormed(model);
    assertThat(metadata(model)).doesNotContainKey("classes").containsEntry("baseline", "mae");
    Map<String, Long> operations =
        model.getGraph().getNodeList().stream()
            .collect(Collectors.groupingBy(NodeProto::getOpType, Collectors.counting()));
    assertThat(operations).containsEntry("LayerNormalization", 5L).containsEntry("Gemm", 9L);
  }

  /** ONNX's rules: a name is given once, and before it is taken; results are computed. */
  private static void assertWellFormed(ModelProto model) {
    Set<String> known = new HashSet<>();
    model
        .getGraph()
        .getInputList()
        .forEach(input -> assertThat(known.add(input.getName())).isTrue());
    model
        .getGraph()
        .getInitializerList()
        .forEach(
            tensor -> {
              assertThat(known.add(tensor.getName())).as(tensor.getName()).isTrue();
              long values = tensor.getDimsList().stream().reduce(1L, (a, b) -> a * b);
              int width = tensor.getDataType() == TensorProto.DataType.FLOAT_VALUE ? 4 : 8;
              assertThat(tensor.getRawData().size()).isEqualTo((int) values * width);
            });
    Set<String> nodes = new HashSet<>();
    for (NodeProto node : model.getGraph().getNodeList()) {
      assertThat(known).as(node.getName()).containsAll(node.getInputList());
      assertThat(nodes.add(node.getName())).isTrue();
      node.getOutputList().forEach(output -> assertThat(known.add(output)).as(output).isTrue());
    }
    model
        .getGraph()
        .getOutputList()
        .forEach(output -> assertThat(known).contains(output.getName()));
  }

  private static Map<String, String> metadata(ModelProto model) {
    return model.getMetadataPropsList().stream()
        .collect(
            Collectors.toMap(StringStringEntryProto::getKey, StringStringEntryProto::getValue));
  }

  private static ModelProto read(Path file) throws IOException {
    return ModelProto.parseFrom(Files.readAllBytes(file));
  }

  private static Path exportEncoder(OfficialCheckpoint official, Path folder) {
    Path out = folder.resolve("encoder.onnx");
    Execution.ofLine(
            "weights export --weights %s --config %s --format onnx --out %s",
            official.file(), official.config(folder), out)
        .assertDone();
    return out;
  }

  private static Path exportJob(TrainedJob job, Path folder) {
    Path out = folder.resolve("classifier.onnx");
    Execution.ofLine("weights export --job %s --format onnx --force --out %s", job.folder(), out)
        .assertDone();
    return out;
  }

  @Test
  void whatAGraphCannotHaveIsRefused() {
    String[] job = {"weights", "export", "--job", folder + "", "--out", folder + "/x.onnx"};
    Execution.of(Execution.joined(job, "--run", "r")).assertRefused("leave them out");
    Execution.of(Execution.joined(job, "--part", "encoder")).assertRefused("leave --part");
    Execution.of(Execution.joined(job, "--format", "onnx", "--names", "timm"))
        .assertRefused("holds a graph, not names");
    Execution.of(job).assertRefused("no classifier.json");
    Execution.ofLine("weights export --run r --best --out %s/y", folder).assertRefused("--best");
  }
}
