package dev.mto.peer;

import static org.bytedeco.pytorch.global.torch.torch_empty;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;

/**
 * Float32 tensors in a safetensors file, read into and written from native memory without a copy on
 * the heap, which would count as memory of the step.
 */
final class TensorFile {

  private static final ObjectMapper JSON = new ObjectMapper();

  private TensorFile() {}

  /** All tensors by name, in the order of the file. */
  static Map<String, Tensor> read(Path file) throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      fill(channel, length, 0);
      ByteBuffer header = ByteBuffer.allocate((int) length.getLong(0));
      fill(channel, header, Long.BYTES);
      long data = Long.BYTES + (long) header.capacity();
      for (Map.Entry<String, JsonNode> entry : JSON.readTree(header.array()).properties()) {
        if (!entry.getKey().equals("__metadata__")) {
          tensors.put(entry.getKey(), tensor(channel, data, entry.getKey(), entry.getValue()));
        }
      }
    }
    return tensors;
  }

  private static Tensor tensor(FileChannel channel, long data, String name, JsonNode entry)
      throws IOException {
    String type = entry.get("dtype").asText();
    if (!type.equals("F32")) {
      throw new IllegalArgumentException("tensor " + name + " is " + type + ", not F32");
    }
    long[] shape =
        StreamSupport.stream(entry.get("shape").spliterator(), false)
            .mapToLong(JsonNode::asLong)
            .toArray();
    Tensor tensor = torch_empty(shape);
    fill(channel, bytes(tensor), data + entry.get("data_offsets").get(0).asLong());
    return tensor;
  }

  /** Writes a file, replacing it. */
  static void write(Path file, Map<String, Tensor> tensors) throws IOException {
    ObjectNode header = JSON.createObjectNode();
    long offset = 0;
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      ObjectNode node = header.putObject(entry.getKey()).put("dtype", "F32");
      Arrays.stream(entry.getValue().shape()).forEach(node.putArray("shape")::add);
      long end = offset + entry.getValue().nbytes();
      node.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    byte[] json = JSON.writeValueAsBytes(header);
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      drain(channel, length.putLong(json.length).flip());
      drain(channel, ByteBuffer.wrap(json));
      for (Tensor tensor : tensors.values()) {
        drain(channel, bytes(tensor.contiguous()));
      }
    }
  }

  private static ByteBuffer bytes(Tensor tensor) {
    return new BytePointer(tensor.data_ptr()).capacity(tensor.nbytes()).asByteBuffer();
  }

  private static void fill(FileChannel channel, ByteBuffer bytes, long position)
      throws IOException {
    long at = position;
    while (bytes.hasRemaining()) {
      int read = channel.read(bytes, at);
      if (read < 0) {
        throw new IOException("the tensor file ends early; free disk space and run again");
      }
      at += read;
    }
  }

  private static void drain(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
