package dev.mto.engine.folder;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.bytedeco.javacpp.BytePointer;
import org.nd4j.linalg.api.concurrency.AffinityManager;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A CRC-32C of a training state: of its position and of name, type, shape and bytes of each tensor,
 * whatever their order. That of older checkpoints leaves out all but names and bytes.
 */
public final class Checksum {
  private static final String OF_ALL = "crc32c of position and tensors:";
  private static final long CHUNK = 1L << 24;

  private Checksum() {}

  /**
   * The checksum.
   *
   * @param position as it is written
   */
  static String of(String position, Map<String, INDArray> tensors) {
    CRC32C crc = new CRC32C();
    update(crc, position);
    new TreeMap<>(tensors)
        .forEach(
            (name, array) -> {
              update(crc, name + array.dataType() + Arrays.toString(array.shape()));
              update(crc, array);
            });
    return OF_ALL + "%08x".formatted(crc.getValue());
  }

  /** Whether a checksum, of this kind or the older one, is that of a state. */
  static boolean matches(String checksum, String position, Map<String, INDArray> tensors) {
    return checksum.equals(
        checksum.startsWith(OF_ALL) ? of(position, tensors) : ofTensors(tensors));
  }

  /** That of tensors alone: of their names and bytes. */
  public static String ofTensors(Map<String, INDArray> tensors) {
    CRC32C crc = new CRC32C();
    new TreeMap<>(tensors)
        .forEach(
            (name, array) -> {
              update(crc, name);
              update(crc, array);
            });
    return "crc32c:%08x".formatted(crc.getValue());
  }

  private static void update(CRC32C crc, String text) {
    crc.update(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void update(CRC32C crc, INDArray array) {
    if (array.isEmpty()) {
      return;
    }
    if (array.ordering() != 'c' || array.isView()) {
      try (INDArray dense = array.dup('c')) {
        updateDense(crc, dense);
      }
    } else {
      updateDense(crc, array);
    }
  }

  private static void updateDense(CRC32C crc, INDArray array) {
    Nd4j.getAffinityManager().ensureLocation(array, AffinityManager.Location.HOST);
    try (BytePointer bytes = new BytePointer(array.data().pointer())) {
      long length = array.length() * array.dataType().width();
      for (long at = 0; at < length; at += CHUNK) {
        ByteBuffer chunk = bytes.position(at).limit(Math.min(length, at + CHUNK)).asByteBuffer();
        crc.update(chunk);
      }
    }
  }
}
