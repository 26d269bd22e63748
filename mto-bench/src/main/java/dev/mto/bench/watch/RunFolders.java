package dev.mto.bench.watch;

import dev.mto.engine.errors.FileException;
import dev.mto.engine.folder.RunFolder;
import dev.mto.engine.report.RunView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The runs below a folder, found anew at each look, so that new ones appear. No link is followed: a
 * run with a symbolic link in its folder, or in those that are shown, is no run here.
 */
final class RunFolders {
  /** Levels below the folder. */
  private static final int DEEPEST = 4;

  static final int MOST = 1000;
  private final Path root;
  private final Map<Path, RunView> views = new HashMap<>();

  RunFolders(Path root) {
    this.root = root;
  }

  /** Views of the runs by their path from the folder, with slashes; the newest first. */
  synchronized Map<String, RunView> all() {
    Map<String, RunView> all = new LinkedHashMap<>();
    find().entrySet().stream()
        .sorted(
            Comparator.comparing((Map.Entry<Path, Long> run) -> run.getValue())
                .reversed()
                .thenComparing(Map.Entry::getKey))
        .limit(MOST)
        .forEach(
            run -> all.put(name(run.getKey()), views.computeIfAbsent(run.getKey(), RunView::new)));
    views.keySet().retainAll(all.values().stream().map(RunView::folder).toList());
    return all;
  }

  private String name(Path run) {
    if (run.equals(root)) {
      return String.valueOf(root.toAbsolutePath().normalize().getFileName());
    }
    return root.relativize(run).toString().replace(run.getFileSystem().getSeparator(), "/");
  }

  /** Runs and when their configurations were written, in milliseconds. */
  private Map<Path, Long> find() {
    Map<Path, Long> found = new TreeMap<>();
    SimpleFileVisitor<Path> visitor =
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            if (!RunFolder.isRun(folder)) {
              return FileVisitResult.CONTINUE;
            }
            try {
              if (isPlain(folder)) {
                found.put(
                    folder, Files.getLastModifiedTime(folder.resolve("config.yaml")).toMillis());
              }
            } catch (IOException | UncheckedIOException e) {
              found.remove(folder); // not ours to read, or gone since
            }
            return FileVisitResult.SKIP_SUBTREE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE; // not ours to read, or gone since
          }
        };
    try {
      Files.walkFileTree(root, EnumSet.noneOf(FileVisitOption.class), DEEPEST + 1, visitor);
    } catch (IOException e) {
      throw FileException.reading(root, e);
    }
    return found;
  }

  private static boolean isPlain(Path run) throws IOException {
    return holdsNoLink(run)
        && holdsNoLink(run.resolve("pictures"))
        && holdsNoLink(run.resolve("checkpoints"))
        && holdsNoLink(run.resolve("evaluate"));
  }

  private static boolean holdsNoLink(Path folder) throws IOException {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return true;
    }
    try (var files = Files.list(folder)) {
      return files.noneMatch(Files::isSymbolicLink);
    }
  }
}
