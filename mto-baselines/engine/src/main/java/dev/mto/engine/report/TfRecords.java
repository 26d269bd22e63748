package dev.mto.engine.report;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * TensorFlow's record framing: length (8 bytes, little-endian), its masked CRC-32C (4), data,
 * masked CRC-32C of the data (4).
 */
final class TfRecords {
  private static final int HEADER = 12;
  private static final int FOOTER = 4;
  private static final int LARGEST = 64 << 20;

  private TfRecords() {}

  static byte[] frame(byte[] data) {
    ByteBuffer record =
        ByteBuffer.allocate(HEADER + data.length + FOOTER).order(ByteOrder.LITTLE_ENDIAN);
    record.putLong(data.length);
    record.putInt(maskedCrc(record.array(), 0, Long.BYTES));
    record.put(data);
    record.putInt(maskedCrc(data, 0, data.length));
    return record.array();
  }

  /** The data of the next record; empty at the end of the file or where a record is broken. */
  static Optional<byte[]> next(DataInputStream in) throws IOException {
    byte[] header = in.readNBytes(HEADER);
    if (header.length < HEADER) {
      return Optional.empty();
    }
    ByteBuffer head = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
    long length = head.getLong();
    if (head.getInt() != maskedCrc(header, 0, Long.BYTES) || length < 0 || length > LARGEST) {
      return Optional.empty();
    }
    byte[] data = in.readNBytes((int) length);
    byte[] footer = in.readNBytes(FOOTER);
    if (data.length < length || footer.length < FOOTER) {
      return Optional.empty();
    }
    int crc = ByteBuffer.wrap(footer).order(ByteOrder.LITTLE_ENDIAN).getInt();
    return crc == maskedCrc(data, 0, data.length) ? Optional.of(data) : Optional.empty();
  }

  static int maskedCrc(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
  }
}
