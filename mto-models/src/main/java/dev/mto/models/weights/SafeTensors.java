package dev.mto.models.weights;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The <a href="https://github.com/huggingface/safetensors">safetensors</a> format: an 8-byte
 * little-endian length, a JSON header of that length, and the tensors one after another.
 *
 * <p>Reading checks the whole header against the file's size before it takes memory for a tensor.
 */
public final class SafeTensors {
  /** The longest header that is read, as in the reference implementation. */
  static final long LONGEST_HEADER = 100_000_000;

  private static final int ALIGNMENT = 8;
  private static final ObjectMapper JSON = new ObjectMapper();

  private SafeTensors() {}

  /**
   * What a file holds.
   *
   * @param tensors by name, in the order of the file
   * @param metadata free text by key
   */
  public record Contents(Map<String, INDArray> tensors, Map<String, String> metadata) {}

  /**
   * Reads a file. F64, F32, F16, BF16, I64, I32, I16, I8, U8 and BOOL keep their type.
   *
   * @throws WeightFileException when it is truncated, corrupt, of another type or cannot be read
   */
  public static Contents read(Path file) {
    return open(
        file,
        (channel, header) -> {
          long data = channel.size() - dataSize(header);
          Map<String, INDArray> tensors = new LinkedHashMap<>();
          for (SafeTensorHeader.Entry entry : header.entries()) {
            tensors.put(entry.name(), tensor(file, channel, data, entry));
          }
          return new Contents(tensors, header.metadata());
        });
  }

  /** The tensors of a file, in its order, by the header alone. */
  static Map<String, TensorInfo> describe(Path file) {
    return open(
        file,
        (channel, header) -> {
          Map<String, TensorInfo> tensors = new LinkedHashMap<>();
          for (SafeTensorHeader.Entry entry : header.entries()) {
            tensors.put(entry.name(), new TensorInfo(entry.type(), entry.sizes()));
          }
          return tensors;
        });
  }

  /**
   * The free text of a file by key; no tensor is read.
   *
   * @throws WeightFileException when it is truncated, corrupt or cannot be read
   */
  public static Map<String, String> metadata(Path file) {
    return open(file, (channel, header) -> header.metadata());
  }

  private interface Reader<T> {
    T read(FileChannel channel, SafeTensorHeader header) throws IOException;
  }

  private static <T> T open(Path file, Reader<T> reader) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return reader.read(channel, header(file, channel, channel.size()));
    } catch (IOException e) {
      throw WeightFileException.of(file, e);
    }
  }

  /** Writes a file, replacing it. Not atomic: write to a temporary file and rename. */
  public static void write(Path file, Map<String, INDArray> tensors, Map<String, String> metadata)
      throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      write(out, tensors, metadata);
    }
  }

  /**
   * Writes to a stream, which stays open. Equal arguments in equal order give equal bytes.
   *
   * @param tensors by name, written in the map's order
   * @throws IllegalArgumentException when a tensor's type is not in the format
   */
  public static void write(
      OutputStream out, Map<String, INDArray> tensors, Map<String, String> metadata)
      throws IOException {
    byte[] json = JSON.writeValueAsBytes(describe(tensors, metadata));
    byte[] padded = Arrays.copyOf(json, (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    Arrays.fill(padded, json.length, padded.length, (byte) ' ');
    ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    out.write(length.putLong(padded.length).array());
    out.write(padded);
    WritableByteChannel channel = Channels.newChannel(out);
    for (INDArray tensor : tensors.values()) {
      if (!tensor.isEmpty()) {
        ByteBuffer bytes = RawTensor.bytes(RawTensor.dense(tensor));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
    }
  }

  private static ObjectNode describe(Map<String, INDArray> tensors, Map<String, String> metadata) {
    ObjectNode root = JSON.createObjectNode();
    if (!metadata.isEmpty()) {
      ObjectNode node = root.putObject("__metadata__");
      metadata.forEach(node::put);
    }
    long offset = 0;
    for (Map.Entry<String, INDArray> named : tensors.entrySet()) {
      INDArray tensor = named.getValue();
      ObjectNode node = root.putObject(named.getKey());
      node.put("dtype", type(named.getKey(), tensor.dataType()));
      Arrays.stream(tensor.shape()).forEach(node.putArray("shape")::add);
      long end = offset + RawTensor.size(tensor.dataType(), tensor.shape());
      node.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    return root;
  }

  private static String type(String name, DataType type) {
    return SafeTensorHeader.TYPES.entrySet().stream()
        .filter(named -> named.getValue() == type)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "tensor %s is %s, which safetensors does not have; cast it first"
                        .formatted(name, type)));
  }

  private static SafeTensorHeader header(Path file, FileChannel channel, long size)
      throws IOException {
    if (size < Long.BYTES) {
      throw WeightFileException.of(file, "too short for a safetensors file");
    }
    ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    fill(file, channel, length, 0);
    long headerSize = length.flip().getLong();
    if (headerSize < 2 || headerSize > LONGEST_HEADER || headerSize > size - Long.BYTES) {
      throw WeightFileException.of(
          file,
          "declares a header of %s bytes in a file of %d: truncated or not safetensors"
              .formatted(Long.toUnsignedString(headerSize), size));
    }
    ByteBuffer json = ByteBuffer.allocate((int) headerSize);
    fill(file, channel, json, Long.BYTES);
    return SafeTensorHeader.parse(file, json.array(), size - Long.BYTES - headerSize);
  }

  private static long dataSize(SafeTensorHeader header) {
    return header.entries().isEmpty() ? 0 : header.entries().get(header.entries().size() - 1).end();
  }

  private static INDArray tensor(
      Path file, FileChannel channel, long data, SafeTensorHeader.Entry entry) throws IOException {
    if (entry.end() - entry.begin() > Integer.MAX_VALUE) {
      throw WeightFileException.of(
          file, "tensor '" + entry.name() + "' is above 2 GiB, more than one tensor may hold");
    }
    INDArray tensor = Nd4j.createUninitialized(entry.type(), entry.shape());
    if (!tensor.isEmpty()) {
      fill(file, channel, RawTensor.bytes(tensor), data + entry.begin());
      RawTensor.written(tensor);
    }
    return tensor;
  }

  private static void fill(Path file, FileChannel channel, ByteBuffer bytes, long position)
      throws IOException {
    long at = position;
    while (bytes.hasRemaining()) {
      int read = channel.read(bytes, at);
      if (read < 0) {
        throw WeightFileException.of(file, "ends early; it was truncated while it was read");
      }
      at += read;
    }
  }
}
