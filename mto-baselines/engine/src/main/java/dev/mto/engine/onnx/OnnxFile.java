package dev.mto.engine.onnx;

import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.AtomicFiles;
import dev.mto.engine.folder.Provenance;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.OperatorSetIdProto;
import onnx.Onnx.StringStringEntryProto;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * A forward graph as a file of ONNX, opset {@value #OPSET}: the first that has layer normalisation
 * as an operation. GELU, an operation of its own from opset 20 on only, is written by its error
 * function, which runtimes recognise. Weights keep their names in the graph; the first dimension of
 * placeholders, the batch, stays open.
 */
public final class OnnxFile {
  /** Version of the operations. */
  public static final int OPSET = 17;

  /** That of files with this opset; later ones are not read by the runtimes of its time. */
  private static final int IR_VERSION = 8;

  /** Protocol buffers end there. */
  private static final long MOST_BYTES = Integer.MAX_VALUE;

  /** Left for nodes and names. */
  private static final long BESIDE_TENSORS = 16L << 20;

  private final OnnxGraph tensors;
  private final GraphProto graph;

  private OnnxFile(OnnxGraph tensors, GraphProto graph) {
    this.tensors = tensors;
    this.graph = graph;
  }

  /**
   * Translates a graph of float32.
   *
   * @param graph its placeholders are the inputs, -1 for the batch in their first dimension
   * @param outputs variables that are the results, under their names
   * @throws UserException when an operation, or a use of it, cannot be translated, or the weights
   *     are more than a file can hold
   */
  public static OnnxFile of(SameDiff graph, List<String> outputs) {
    OnnxGraph translated = new GraphTranslator(graph).translate(outputs);
    if (translated.bytes() > MOST_BYTES - BESIDE_TENSORS) {
      throw new UserException(
          "ONNX: weights of %d MB are more than a file of ONNX holds, 2 GB; export safetensors or samediff instead"
              .formatted(translated.bytes() >> 20));
    }
    return new OnnxFile(translated, translated.build("mto"));
  }

  /** Nodes by type of operation, for people. */
  public Map<String, Integer> operations() {
    Map<String, Integer> counts = new TreeMap<>();
    graph.getNodeList().forEach(node -> counts.merge(node.getOpType(), 1, Integer::sum));
    return counts;
  }

  /**
   * Replaces a file, whole or not at all.
   *
   * @param description for people
   * @param metadata free text by key, {@code metadata_props}
   */
  public void write(Path file, String description, Map<String, String> metadata) {
    AtomicFiles.write(file, temporary -> writeTo(temporary, description, metadata));
  }

  /** As {@link #write}, to a temporary file. */
  public void writeTo(Path temporary, String description, Map<String, String> metadata)
      throws IOException {
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
            .setProducerName("mto")
            .setProducerVersion(String.valueOf(Provenance.software().get("mto.version")))
            .setDocString(description)
            .setGraph(graph);
    metadata.forEach(
        (key, value) ->
            model.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(temporary))) {
      model.build().writeTo(out);
    } finally {
      Reference.reachabilityFence(tensors);
    }
  }
}
