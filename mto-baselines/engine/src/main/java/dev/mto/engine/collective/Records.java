package dev.mto.engine.collective;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Records of neighbouring ranks, in order, as they are sent. */
record Records(List<byte[]> list) {
  static Records of(byte[] record) {
    return new Records(List.of(record));
  }

  Records and(Records later) {
    List<byte[]> all = new ArrayList<>(list);
    all.addAll(later.list);
    return new Records(all);
  }

  byte[] bytes() {
    int length = list.stream().mapToInt(record -> Integer.BYTES + record.length).sum();
    ByteBuffer bytes = ByteBuffer.allocate(length);
    list.forEach(record -> bytes.putInt(record.length).put(record));
    return bytes.array();
  }

  static Records parse(byte[] sent) {
    ByteBuffer bytes = ByteBuffer.wrap(sent);
    List<byte[]> list = new ArrayList<>();
    while (bytes.hasRemaining()) {
      byte[] record = new byte[bytes.getInt()];
      bytes.get(record);
      list.add(record);
    }
    return new Records(list);
  }
}
