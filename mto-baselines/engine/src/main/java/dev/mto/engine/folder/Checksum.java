package dev.mto.engine.folder;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.bytedeco.javacpp.BytePointer;
import org.nd4j.linalg.api.concurrency.AffinityManager;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A CRC-32C over names and bytes of tensors, whatever their order. */
final class Checksum {
  private static final long CHUNK = 1L << 24;

  private Checksum() {}

  static String of(Map<String, INDArray> tensors) {
    CRC32C crc = new CRC32C();
    new TreeMap<>(tensors)
        .forEach(
            (name, array) -> {
              crc.update(name.getBytes(StandardCharsets.UTF_8));
              update(crc, array);
            });
    return "crc32c:%08x".formatted(crc.getValue());
  }

  private static void update(CRC32C crc, INDArray array) {
    if (array.isEmpty()) {
      return;
    }
    if (array.ordering() != 'c' || array.isView()) {
      throw new IllegalArgumentException("a tensor of a checkpoint must be dense and in c order");
    }
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
