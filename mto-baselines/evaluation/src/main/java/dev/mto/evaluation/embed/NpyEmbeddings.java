package dev.mto.evaluation.embed;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Vectors as float32 [n, D] in NumPy's format 1.0, row by row. ND4J's own writer needs all of an
 * array in memory.
 */
final class NpyEmbeddings {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
  private static final int ALIGNMENT = 64;

  private NpyEmbeddings() {}

  static void write(Path file, EmbeddingTable table) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
      out.write(header(table.rows(), table.dim()));
      ByteBuffer bytes =
          ByteBuffer.allocate(Float.BYTES * table.dim()).order(ByteOrder.LITTLE_ENDIAN);
      table.forEach(
          row -> {
            bytes.asFloatBuffer().put(row.vector());
            out.write(bytes.array());
          });
    }
  }

  /** Bytes before the values: they begin at a multiple of {@value #ALIGNMENT}. */
  static byte[] header(int rows, int dim) {
    String description =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (" + rows + ", " + dim + "), }";
    int before = MAGIC.length + Short.BYTES;
    int length = before + description.length() + 1; // a line feed ends it
    int padded = (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    String text = description + " ".repeat(padded - length) + "\n";
    return ByteBuffer.allocate(padded)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(MAGIC)
        .putShort((short) text.length())
        .put(text.getBytes(US_ASCII))
        .array();
  }
}
