package dev.mto.engine.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.engine.errors.UserException;
import dev.mto.executor.NewGraph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

class OnnxFileTest {
  @TempDir private Path folder;
  private SameDiff graph;
  private SDVariable x;

  @BeforeEach
  void declare() {
    graph = NewGraph.create();
    x = graph.placeHolder("x", DataType.FLOAT, -1, 2, 3);
  }

  @Test
  void anUnknownOperationIsRefusedByName() {
    graph.math().tanh(x).rename("y");

    assertRefused("operation tanh");
  }

  @Test
  void aReluWithACutoffIsRefused() {
    graph.nn().relu(x, 1).rename("y");

    assertRefused("operation relu");
  }

  @Test
  void aReductionOverTheBatchIsRefused() {
    x.mean(0).rename("y");

    assertRefused("operation reduce_mean");
  }

  @Test
  void aShapeThatDependsOnTheBatchTwiceIsRefused() {
    x.reshape(-1, 4).rename("y");

    assertRefused("is not divisible by 4");
  }

  private void assertRefused(String words) {
    assertThatThrownBy(() -> OnnxFile.of(graph, List.of("y")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(words);
  }

  @Test
  void aBiasIsPartOfTheProductAndReshapesInARowAreOne() throws IOException {
    SDVariable weight = graph.var("w", Nd4j.rand(DataType.FLOAT, 4, 3));
    SDVariable bias = graph.var("b", Nd4j.rand(DataType.FLOAT, 4));
    SDVariable rows = graph.mmul(x.reshape(-1, 6).reshape(-1, 3), weight, false, true, false);
    rows.add(bias).reshape(-1, 2, 4).rename("y");

    ModelProto model = written();

    assertThat(model.getGraph().getNodeList().stream().map(NodeProto::getOpType))
        .containsExactly("Reshape", "Gemm", "Reshape");
    assertThat(model.getGraph().getNode(1).getInputList()).hasSize(3).endsWith("w", "b");
    assertThat(model.getGraph().getOutput(0).getName()).isEqualTo("y");
    assertThat(model.getGraph().getOutput(0).getType().getTensorType().getShape().getDim(0))
        .hasToString(
            model.getGraph().getInput(0).getType().getTensorType().getShape().getDim(0) + "");
  }

  @Test
  void aProductThatIsAResultItselfKeepsItsNameAndItsBiasApart() throws IOException {
    SDVariable weight = graph.var("w", Nd4j.rand(DataType.FLOAT, 4, 3));
    SDVariable product = graph.mmul(x.reshape(-1, 3), weight, false, true, false).rename("product");
    product.add(graph.var("b", Nd4j.rand(DataType.FLOAT, 4))).rename("y");

    assertThat(written("product", "y").getGraph().getNodeList())
        .extracting(node -> node.getOutput(0))
        .contains("product", "y");
  }

  @Test
  void aProductThatIsTakenTwiceKeepsItsBiasApart() throws IOException {
    SDVariable weight = graph.var("w", Nd4j.rand(DataType.FLOAT, 4, 3));
    SDVariable rows = graph.mmul(x.reshape(-1, 3), weight, false, true, false);
    rows.add(graph.var("b", Nd4j.rand(DataType.FLOAT, 4))).mul(rows).rename("y");

    assertThat(written().getGraph().getNodeList().stream().map(NodeProto::getOpType))
        .containsExactly("Reshape", "Gemm", "Add", "Mul");
  }

  @Test
  void aLayerNormalisationOfAnotherCompositionIsWrittenOperationByOperation() throws IOException {
    x.sub(x.mean(true, 2)).rename("y");

    assertThat(written().getGraph().getNodeList().stream().map(NodeProto::getOpType))
        .containsExactly("ReduceMean", "Sub");
  }

  private ModelProto written() throws IOException {
    return written("y");
  }

  private ModelProto written(String... outputs) throws IOException {
    Path file = folder.resolve("model.onnx");
    OnnxFile.of(graph, List.of(outputs)).write(file, "a test", Map.of("key", "value"));
    ModelProto model = ModelProto.parseFrom(Files.readAllBytes(file));
    assertThat(model.getMetadataProps(0).getValue()).isEqualTo("value");
    return model;
  }
}
