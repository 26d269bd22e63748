package dev.mto.spark.hadoop;

import dev.mto.data.storage.Connected;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import org.apache.hadoop.fs.FSDataInputStream;

/** A file that is read at any places, by any number of threads. */
final class HadoopChannel extends FileChannel implements Connected {
  private static final int CHUNK = 1 << 20;

  private final HadoopPath file;
  private final FSDataInputStream in;
  private long position;
  private long size = -1;

  HadoopChannel(HadoopPath file, FSDataInputStream in) {
    this.file = file;
    this.in = in;
  }

  @Override
  public int read(ByteBuffer into, long from) throws IOException {
    if (!into.hasRemaining()) {
      return 0;
    }
    int most = Math.min(into.remaining(), into.hasArray() ? Integer.MAX_VALUE : CHUNK);
    byte[] bytes = into.hasArray() ? into.array() : new byte[most];
    int offset = into.hasArray() ? into.arrayOffset() + into.position() : 0;
    int read;
    try {
      read = in.read(from, bytes, offset, most);
    } catch (IOException e) {
      throw HadoopErrors.reading(file, e);
    }
    if (read > 0 && into.hasArray()) {
      into.position(into.position() + read);
    } else if (read > 0) {
      into.put(bytes, 0, read);
    }
    return read;
  }

  @Override
  public synchronized int read(ByteBuffer into) throws IOException {
    int read = read(into, position);
    position += Math.max(read, 0);
    return read;
  }

  @Override
  public synchronized long read(ByteBuffer[] into, int offset, int length) throws IOException {
    long all = 0;
    for (int i = offset; i < offset + length; i++) {
      while (into[i].hasRemaining()) {
        int read = read(into[i]);
        if (read < 0) {
          return all == 0 ? -1 : all;
        }
        all += read;
      }
    }
    return all;
  }

  @Override
  public synchronized long position() {
    return position;
  }

  @Override
  public synchronized FileChannel position(long next) {
    position = next;
    return this;
  }

  @Override
  public synchronized long size() throws IOException {
    if (size < 0) {
      try {
        size = file.getFileSystem().hadoop().getFileStatus(file.hadoop()).getLen();
      } catch (IOException e) {
        throw HadoopErrors.reading(file, e);
      }
    }
    return size;
  }

  @Override
  public long transferTo(long from, long count, WritableByteChannel target) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(count, CHUNK));
    return read(chunk, from) < 0 ? 0 : target.write(chunk.flip());
  }

  @Override
  public void disconnect() {
    in.unbuffer(); // nothing where the storage has no such thing
  }

  @Override
  protected void implCloseChannel() throws IOException {
    in.close();
  }

  @Override
  public int write(ByteBuffer from) {
    throw new NonWritableChannelException();
  }

  @Override
  public long write(ByteBuffer[] from, int offset, int length) {
    throw new NonWritableChannelException();
  }

  @Override
  public int write(ByteBuffer from, long at) {
    throw new NonWritableChannelException();
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long at, long count) {
    throw new NonWritableChannelException();
  }

  @Override
  public FileChannel truncate(long next) {
    throw new NonWritableChannelException();
  }

  @Override
  public void force(boolean metadata) {}

  @Override
  public MappedByteBuffer map(MapMode mode, long from, long length) {
    throw new UnsupportedOperationException(file + " cannot be mapped");
  }

  @Override
  public FileLock lock(long from, long length, boolean shared) {
    throw new UnsupportedOperationException(file + " cannot be locked");
  }

  @Override
  public FileLock tryLock(long from, long length, boolean shared) {
    throw new UnsupportedOperationException(file + " cannot be locked");
  }
}
