package dev.mto.engine.onnx;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorShapeProto;
import onnx.Onnx.TypeProto;
import onnx.Onnx.ValueInfoProto;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A graph of ONNX that grows: nodes in order, each after those whose results it takes, and tensors
 * with values. Of two equal small tensors there is one.
 */
final class OnnxGraph {
  private static final String BATCH = "batch";

  private final List<NodeProto.Builder> nodes = new ArrayList<>();
  private final Map<String, NodeProto.Builder> producers = new HashMap<>();
  private final Map<String, TensorProto> initializers = new LinkedHashMap<>();
  private final Set<String> names = new HashSet<>();
  private final List<INDArray> kept = new ArrayList<>(); // their memory is the initializers'
  private final List<ValueInfoProto> inputs = new ArrayList<>();
  private final List<ValueInfoProto> outputs = new ArrayList<>();

  /** Declares an input of float32. */
  void input(String name, Shape shape) {
    names.add(name);
    inputs.add(info(name, shape));
  }

  /** Declares that a value is a result. */
  void output(String name, Shape shape) {
    outputs.add(info(name, shape));
  }

  private static ValueInfoProto info(String name, Shape shape) {
    TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
    for (Extent extent : shape.extents()) {
      TensorShapeProto.Dimension.Builder dimension = dimensions.addDimBuilder();
      if (extent.ofBatch()) {
        dimension.setDimParam(extent.equals(Extent.BATCH) ? BATCH : extent.toString());
      } else {
        dimension.setDimValue(extent.factor());
      }
    }
    TypeProto.Tensor.Builder tensor =
        TypeProto.Tensor.newBuilder()
            .setElemType(TensorProto.DataType.FLOAT.getNumber())
            .setShape(dimensions);
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  /** Adds an array under its name. */
  String initializer(String name, INDArray array) {
    INDArray dense =
        array.ordering() == 'c' && array.offset() == 0 && array.data().length() == array.length()
            ? array
            : array.dup('c');
    kept.add(dense);
    names.add(name);
    initializers.put(name, OnnxTensor.of(name, dense));
    return name;
  }

  /** Whole numbers in a row. */
  String numbers(long... values) {
    StringBuilder name = new StringBuilder("numbers");
    for (long value : values) {
      name.append('_').append(value);
    }
    return small(OnnxTensor.of(name.toString(), values));
  }

  /** A whole number. */
  String number(long value) {
    return small(OnnxTensor.ofScalar("number_" + value, value));
  }

  /** A number of float32. */
  String scalar(double value) {
    return small(OnnxTensor.ofScalar("scalar_" + (float) value, (float) value));
  }

  private String small(TensorProto tensor) {
    names.add(tensor.getName());
    initializers.putIfAbsent(tensor.getName(), tensor);
    return tensor.getName();
  }

  /**
   * Adds a node with one result.
   *
   * @param result its name; made another where it is taken
   * @return the name of the result
   */
  String node(String type, String result, List<String> inputs, AttributeProto... attributes) {
    String name = free(result);
    NodeProto.Builder node =
        NodeProto.newBuilder()
            .setOpType(type)
            .setName(name)
            .addAllInput(inputs)
            .addOutput(name)
            .addAllAttribute(List.of(attributes));
    nodes.add(node);
    producers.put(name, node);
    return name;
  }

  /** Gives the result of a node, which no other node takes yet, another name. */
  String rename(NodeProto.Builder node, String result) {
    producers.remove(node.getOutput(0));
    String name = free(result);
    node.setName(name).setOutput(0, name);
    producers.put(name, node);
    return name;
  }

  private String free(String wanted) {
    String name = wanted;
    for (int i = 1; !names.add(name); i++) {
      name = wanted + "_" + i;
    }
    return name;
  }

  /** The node that gives a value; null for inputs and initializers. */
  NodeProto.Builder producer(String value) {
    return producers.get(value);
  }

  static AttributeProto attribute(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  static AttributeProto attribute(String name, double value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.FLOAT)
        .setF((float) value)
        .build();
  }

  static AttributeProto attribute(String name, long... values) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
    for (long value : values) {
      attribute.addInts(value);
    }
    return attribute.build();
  }

  /** The graph, without what no result depends on. Its tensors live as long as this object. */
  GraphProto build(String name) {
    Set<String> needed = needed();
    GraphProto.Builder graph =
        GraphProto.newBuilder().setName(name).addAllInput(inputs).addAllOutput(outputs);
    nodes.stream().filter(node -> needed.contains(node.getOutput(0))).forEach(graph::addNode);
    initializers.forEach(
        (tensor, value) -> {
          if (needed.contains(tensor)) {
            graph.addInitializer(value);
          }
        });
    return graph.build();
  }

  private Set<String> needed() {
    Set<String> needed = new LinkedHashSet<>();
    Deque<String> open = new ArrayDeque<>();
    outputs.forEach(output -> open.add(output.getName()));
    while (!open.isEmpty()) {
      String value = open.pop();
      if (needed.add(value) && producers.containsKey(value)) {
        open.addAll(producers.get(value).getInputList());
      }
    }
    return needed;
  }

  /** Bytes of all tensors. */
  long bytes() {
    return initializers.values().stream().mapToLong(tensor -> tensor.getRawData().size()).sum();
  }
}
