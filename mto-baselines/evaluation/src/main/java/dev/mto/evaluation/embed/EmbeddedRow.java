package dev.mto.evaluation.embed;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A row of a job's parts: an image's index as int32 and its vector as float32, big-endian.
 *
 * @param image index into the images of the job
 * @param vector [D]
 */
@SuppressWarnings("ArrayRecordComponent")
record EmbeddedRow(int image, float[] vector) {
  /** Of a row with a vector of {@code dim} values. */
  static long bytes(int dim) {
    return Integer.BYTES + (long) Float.BYTES * dim;
  }

  static void write(DataOutputStream out, int image, float... vector) throws IOException {
    ByteBuffer row = ByteBuffer.allocate((int) bytes(vector.length)).putInt(image);
    row.asFloatBuffer().put(vector);
    out.write(row.array());
  }

  static EmbeddedRow read(DataInputStream in, int dim) throws IOException {
    ByteBuffer row = ByteBuffer.wrap(in.readNBytes((int) bytes(dim)));
    int image = row.getInt();
    float[] vector = new float[dim];
    row.asFloatBuffer().get(vector);
    return new EmbeddedRow(image, vector);
  }
}
