package dev.mto.spark.hadoop;

import java.io.File;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Abortable;
import org.apache.hadoop.fs.DelegateToFileSystem;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.StreamCapabilities;
import org.apache.hadoop.security.AccessControlException;
import org.apache.hadoop.util.Progressable;

/**
 * Files of this machine as another storage has them: {@code s3a://any/tmp/x} and {@code
 * hdfs://any/tmp/x} are {@code /tmp/x}. Nothing is appended to, a rename replaces nothing, and what
 * the two cannot do fails.
 */
public abstract class LocalStore extends RawLocalFileSystem {
  private static final String HOME = System.getProperty("user.home");
  private static final String NATIVE_CACHE = "org.bytedeco.javacpp.cachedir";

  /** Writes and deletions that still succeed; negative for all. */
  static final AtomicInteger CHANGES_LEFT = new AtomicInteger(-1);

  /** Reads that fail from now on. */
  static final AtomicInteger FAILING_READS = new AtomicInteger();

  /** Reads that are not allowed from now on. */
  static final AtomicInteger DENIED_READS = new AtomicInteger();

  /** Reads of open files that fail from now on. */
  static final AtomicInteger BREAKING_READS = new AtomicInteger();

  /** Reads of streams that another thread was reading. */
  static final AtomicInteger SHARED_READS = new AtomicInteger();

  /** Where reads of open files wait for each other, or null. */
  static volatile CyclicBarrier meeting;

  /** Files that were opened. */
  static final AtomicInteger OPENED = new AtomicInteger();

  private static final AtomicInteger OPEN = new AtomicInteger();
  private static final AtomicInteger CONNECTED = new AtomicInteger();

  private URI root; // null while it is made

  /** Has Hadoop use them, in this process and in executors. */
  public static void register() {
    System.setProperty("spark.hadoop.fs.s3a.impl", ObjectStore.class.getName());
    System.setProperty("spark.hadoop.fs.hdfs.impl", Renaming.class.getName());
    System.setProperty(
        "spark.hadoop.fs.AbstractFileSystem.hdfs.impl", RenamingContext.class.getName());
    CHANGES_LEFT.set(-1);
    FAILING_READS.set(0);
    DENIED_READS.set(0);
    BREAKING_READS.set(0);
  }

  /** Files that are open. */
  public static int open() {
    return OPEN.get();
  }

  /** Open files that were read and have not given back their connection since. */
  static int connected() {
    return CONNECTED.get();
  }

  /** Where native libraries are unpacked, wherever the home is said to be. */
  public static String nativeCache() {
    return System.getProperty(NATIVE_CACHE, HOME + "/.javacpp/cache");
  }

  /** Has the index of archives be kept there instead of in the user's home. */
  public static void homeIn(java.nio.file.Path folder) {
    System.setProperty(NATIVE_CACHE, nativeCache());
    System.setProperty("user.home", folder.toString());
  }

  /** Has it be kept in the user's home again. */
  public static void homeAgain() {
    System.setProperty("user.home", HOME);
  }

  /** Has all writes and deletions after so many fail; a negative number for none. */
  public static void failAfter(int changes) {
    CHANGES_LEFT.set(changes);
  }

  /** The address of a file of this machine. */
  public static String address(String scheme, java.nio.file.Path file) {
    return scheme + "://any" + file.toAbsolutePath();
  }

  @Override
  public void initialize(URI uri, Configuration conf) throws IOException {
    root = URI.create(uri.getScheme() + "://" + uri.getAuthority());
    super.initialize(uri, conf);
  }

  @Override
  public URI getUri() {
    return root == null ? super.getUri() : root;
  }

  @Override
  public FileStatus getFileStatus(Path file) throws IOException {
    return plain(super.getFileStatus(file));
  }

  @Override
  public FileStatus[] listStatus(Path folder) throws IOException {
    return Stream.of(super.listStatus(folder)).map(LocalStore::plain).toArray(FileStatus[]::new);
  }

  /** Without permissions, for which it would be asked as a file of the system. */
  private static FileStatus plain(FileStatus is) {
    return new FileStatus(
        is.getLen(), is.isDirectory(), 1, 1 << 20, is.getModificationTime(), is.getPath());
  }

  private static void change() throws IOException {
    if (CHANGES_LEFT.getAndUpdate(left -> left < 0 ? left : Math.max(0, left - 1)) == 0) {
      throw new IOException("the storage does not answer");
    }
  }

  @Override
  public FSDataInputStream open(Path file, int buffer) throws IOException {
    OPENED.incrementAndGet();
    if (FAILING_READS.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      throw new IOException("the storage does not answer");
    }
    if (DENIED_READS.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      throw new AccessControlException("Permission denied: user=mto, access=READ\nat ...");
    }
    return new Reading(super.open(file, buffer));
  }

  /** A stream that is for one reader at a time, as that of an object store. */
  private static final class Reading extends FSDataInputStream {
    private final AtomicBoolean open = new AtomicBoolean(true);
    private final AtomicBoolean busy = new AtomicBoolean();
    private final AtomicBoolean connected = new AtomicBoolean();

    Reading(FSDataInputStream in) {
      super(in);
      OPEN.incrementAndGet();
    }

    @Override
    public int read(long position, byte[] into, int from, int length) throws IOException {
      if (!busy.compareAndSet(false, true)) {
        SHARED_READS.incrementAndGet();
      }
      try {
        CyclicBarrier together = meeting;
        if (together != null) {
          together.await(5, TimeUnit.SECONDS);
        }
        if (BREAKING_READS.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
          throw new IOException("the connection is broken");
        }
        if (connected.compareAndSet(false, true)) {
          CONNECTED.incrementAndGet();
        }
        return super.read(position, into, from, length);
      } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
        throw new IOException(e);
      } finally {
        busy.set(false);
      }
    }

    @Override
    public void unbuffer() {
      if (connected.compareAndSet(true, false)) {
        CONNECTED.decrementAndGet();
      }
    }

    @Override
    public void close() throws IOException {
      unbuffer();
      if (open.compareAndSet(true, false)) {
        OPEN.decrementAndGet();
      }
      super.close();
    }
  }

  @Override
  public FSDataOutputStream append(Path file, int buffer, Progressable progress) {
    throw new UnsupportedOperationException("append");
  }

  @Override
  public boolean delete(Path file, boolean recursive) throws IOException {
    change();
    return super.delete(file, recursive);
  }

  /** A file is there when it is closed, and nothing is renamed. */
  public static final class ObjectStore extends LocalStore {
    @Override
    public FSDataOutputStream create(
        Path file,
        boolean overwrite,
        int buffer,
        short replication,
        long block,
        Progressable progress)
        throws IOException {
      change();
      if (!overwrite && exists(file)) {
        throw new FileAlreadyExistsException(file.toString());
      }
      File whole = pathToFile(file);
      java.nio.file.Files.createDirectories(whole.toPath().getParent());
      File part = File.createTempFile("part", null);
      return new FSDataOutputStream(
          new Upload(part, whole, java.nio.file.Files.newOutputStream(part.toPath())), null);
    }

    @Override
    public boolean rename(Path from, Path to) {
      throw new UnsupportedOperationException("rename");
    }
  }

  private static final class Upload extends FilterOutputStream
      implements Abortable, StreamCapabilities {
    private final File part;
    private final File whole;
    private boolean over;

    Upload(File part, File whole, OutputStream out) {
      super(out);
      this.part = part;
      this.whole = whole;
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      out.write(bytes, from, length);
    }

    @Override
    public boolean hasCapability(String capability) {
      return capability.equals(StreamCapabilities.ABORTABLE_STREAM);
    }

    @Override
    public AbortableResult abort() {
      over = true;
      return null;
    }

    @Override
    public void close() throws IOException {
      super.close();
      if (!over) {
        over = true;
        // REPLACE_EXISTING would delete the old one first, and a killed process leave none
        java.nio.file.Files.move(
            part.toPath(), whole.toPath(), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
      }
    }
  }

  /** A file is there while it is written, and a rename is one step. */
  public static final class Renaming extends LocalStore {
    @Override
    public FSDataOutputStream create(
        Path file,
        boolean overwrite,
        int buffer,
        short replication,
        long block,
        Progressable progress)
        throws IOException {
      change();
      return super.create(file, overwrite, buffer, replication, block, progress);
    }

    @Override
    public boolean rename(Path from, Path to) throws IOException {
      FileStatus[] there = globStatus(to);
      return (there == null || there.length == 0) && super.rename(from, to);
    }
  }

  /** The newer interface of {@link Renaming}. */
  public static final class RenamingContext extends DelegateToFileSystem {
    /** As Hadoop makes it. */
    public RenamingContext(URI uri, Configuration conf)
        throws IOException, java.net.URISyntaxException {
      super(uri, new Renaming(), conf, "hdfs", false);
    }

    @Override
    public void renameInternal(Path from, Path to, boolean overwrite) throws IOException {
      if (!overwrite && java.nio.file.Files.exists(java.nio.file.Path.of(to.toUri().getPath()))) {
        throw new FileAlreadyExistsException(to.toString());
      }
      java.nio.file.Files.move(
          java.nio.file.Path.of(from.toUri().getPath()),
          java.nio.file.Path.of(to.toUri().getPath()),
          java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }
  }
}
