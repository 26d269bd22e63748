package dev.mto.models.weights;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import net.razorvine.pickle.PickleException;

/**
 * Pickles at the beginning of a file: counts the bytes taken and ends before there are too many.
 */
final class PickleInput extends FilterInputStream {
  private final long size;
  private final long limit;
  private long position;
  private long marked;

  /**
   * Reads from the beginning of a file.
   *
   * @param size bytes of the file
   * @param limit bytes that may be taken
   */
  PickleInput(InputStream in, long size, long limit) {
    super(new BufferedInputStream(in));
    this.size = size;
    this.limit = limit;
  }

  /** Bytes taken so far. */
  long position() {
    return position;
  }

  @Override
  public int read() throws IOException {
    int value = in.read();
    count(value < 0 ? 0 : 1);
    return value;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int read = in.read(target, offset, length);
    count(Math.max(0, read));
    return read;
  }

  @Override
  public int available() {
    return (int) Math.min(Integer.MAX_VALUE, Math.min(size, limit) - position);
  }

  @Override
  public synchronized void mark(int readLimit) {
    in.mark(readLimit);
    marked = position;
  }

  @Override
  public synchronized void reset() throws IOException {
    in.reset();
    position = marked;
  }

  private void count(int bytes) {
    position += bytes;
    if (position > limit) {
      throw new PickleException("is longer than " + limit + " bytes, as no model's is");
    }
  }
}
