package dev.mto.spark.hadoop;

import java.io.IOException;
import java.net.URI;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.apache.hadoop.fs.FileStatus;

/**
 * A path on one of Hadoop's file systems. As text an absolute one is its whole address, {@code
 * hdfs://host/a/b}; a relative one, as between two others, is {@code a/b}. One that a listing of a
 * folder gave knows what the listing said of it.
 */
final class HadoopPath implements Path {
  private final HadoopFileSystem system;
  private final boolean absolute;
  private final List<String> names;
  private final FileStatus listed; // or null

  private HadoopPath(
      HadoopFileSystem system, boolean absolute, List<String> names, FileStatus listed) {
    this.system = system;
    this.absolute = absolute;
    this.names = names;
    this.listed = listed;
  }

  static HadoopPath of(HadoopFileSystem system, String text) {
    List<String> names = Arrays.stream(text.split("/")).filter(name -> !name.isEmpty()).toList();
    return new HadoopPath(system, text.startsWith("/"), names, null);
  }

  /** What a listing of this folder says of a file in it. */
  HadoopPath child(FileStatus status) {
    HadoopPath child = resolve(status.getPath().getName());
    return new HadoopPath(system, absolute, child.names, status);
  }

  FileStatus listed() {
    return listed;
  }

  /** As Hadoop has it. */
  org.apache.hadoop.fs.Path hadoop() {
    URI root = system.hadoop().getUri();
    return new org.apache.hadoop.fs.Path(
        root.getScheme(), root.getAuthority(), "/" + String.join("/", names));
  }

  private HadoopPath with(boolean rooted, List<String> others) {
    return new HadoopPath(system, rooted, List.copyOf(others), null);
  }

  @Override
  public HadoopFileSystem getFileSystem() {
    return system;
  }

  @Override
  public boolean isAbsolute() {
    return absolute;
  }

  @Override
  public HadoopPath getRoot() {
    return absolute ? with(true, List.of()) : null;
  }

  @Override
  public HadoopPath getFileName() {
    return names.isEmpty() ? null : getName(names.size() - 1);
  }

  @Override
  public HadoopPath getParent() {
    boolean none = names.isEmpty() || (!absolute && names.size() == 1);
    return none ? null : with(absolute, names.subList(0, names.size() - 1));
  }

  @Override
  public int getNameCount() {
    return names.size();
  }

  @Override
  public HadoopPath getName(int index) {
    return subpath(index, index + 1);
  }

  @Override
  public HadoopPath subpath(int from, int to) {
    if (from < 0 || from >= to || to > names.size()) {
      throw new IllegalArgumentException("%s has no names %d to %d".formatted(this, from, to));
    }
    return with(false, names.subList(from, to));
  }

  @Override
  public boolean startsWith(Path other) {
    return other instanceof HadoopPath path
        && path.system == system
        && path.absolute == absolute
        && path.names.size() <= names.size()
        && names.subList(0, path.names.size()).equals(path.names);
  }

  @Override
  public boolean endsWith(Path other) {
    if (!(other instanceof HadoopPath path) || path.system != system) {
      return false;
    }
    if (path.absolute) {
      return equals(path);
    }
    int from = names.size() - path.names.size();
    return from >= 0 && names.subList(from, names.size()).equals(path.names);
  }

  @Override
  public HadoopPath normalize() {
    Deque<String> kept = new ArrayDeque<>();
    for (String name : names) {
      boolean up = name.equals("..");
      if (up && !kept.isEmpty() && !kept.getLast().equals("..")) {
        kept.removeLast();
      } else if (!name.equals(".") && !(up && absolute)) {
        kept.addLast(name);
      }
    }
    return kept.size() == names.size() ? this : with(absolute, List.copyOf(kept));
  }

  @Override
  public HadoopPath resolve(String other) {
    return resolve(of(system, other));
  }

  @Override
  public HadoopPath resolve(Path other) {
    HadoopPath path = own(other);
    if (path.absolute) {
      return path;
    }
    String[] all = Arrays.copyOf(names.toArray(String[]::new), names.size() + path.names.size());
    for (int i = 0; i < path.names.size(); i++) {
      all[names.size() + i] = path.names.get(i);
    }
    return new HadoopPath(system, absolute, List.of(all), null);
  }

  @Override
  public HadoopPath relativize(Path other) {
    HadoopPath path = own(other);
    if (path.absolute != absolute) {
      throw new IllegalArgumentException("%s and %s: one is relative".formatted(this, other));
    }
    int same = 0;
    while (same < Math.min(names.size(), path.names.size())
        && names.get(same).equals(path.names.get(same))) {
      same++;
    }
    String up = "../".repeat(names.size() - same);
    return of(system, up + String.join("/", path.names.subList(same, path.names.size())));
  }

  private HadoopPath own(Path other) {
    if (other instanceof HadoopPath path && path.system == system) {
      return path;
    }
    throw new ProviderMismatchException(other + " is not on " + system);
  }

  @Override
  public URI toUri() {
    return toAbsolutePath().hadoop().toUri();
  }

  /** There is no present folder: a relative path is one from the root. */
  @Override
  public HadoopPath toAbsolutePath() {
    return absolute ? this : with(true, names);
  }

  @Override
  public HadoopPath toRealPath(LinkOption... options) throws IOException {
    HadoopPath real = toAbsolutePath().normalize();
    system.provider().checkAccess(real);
    return real;
  }

  @Override
  public WatchKey register(
      WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
    throw new UnsupportedOperationException(system + " cannot be watched");
  }

  /** As strings, as paths of the system are. */
  @Override
  public int compareTo(Path other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HadoopPath path
        && path.system == system
        && path.absolute == absolute
        && path.names.equals(names);
  }

  @Override
  public int hashCode() {
    return Objects.hash(system, absolute, names);
  }

  @Override
  public String toString() {
    String text = String.join("/", names);
    return absolute ? system.address() + "/" + text : text;
  }
}
