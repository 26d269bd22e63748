package dev.mto.executor.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Memory that a process on Linux can still take: what the machine has available, what is left of
 * the limits of its control groups (version 1 or 2, as containers and Slurm set them), and of its
 * own limit of address space ({@code ulimit -v}). Elsewhere it is not known.
 */
public final class AvailableMemory {
  /** Larger limits are none. */
  private static final long NO_LIMIT = 1L << 60;

  private final Path root;

  private AvailableMemory(Path root) {
    this.root = root;
  }

  /** That of this machine. */
  public static AvailableMemory ofThisMachine() {
    return new AvailableMemory(Path.of("/"));
  }

  /** As files below {@code root} tell it that are like those below {@code /} of Linux. */
  static AvailableMemory below(Path root) {
    return new AvailableMemory(root);
  }

  /**
   * Refuses what would not fit.
   *
   * @param what needs it, for people
   * @throws NotEnoughMemoryException when {@code bytes} are more than there are
   */
  public void require(String what, long bytes) {
    require(what, bytes, NotEnoughMemoryException.SMALLER_BATCH);
  }

  /**
   * As {@link #require(String, long)}.
   *
   * @param remedy what to do, where it is not a smaller batch
   */
  public void require(String what, long bytes, String remedy) {
    OptionalLong available = bytes();
    if (available.isPresent() && bytes > available.getAsLong()) {
      throw new NotEnoughMemoryException(what, bytes, available.getAsLong(), remedy);
    }
  }

  /** Bytes that can still be taken; empty where that is not known. */
  public OptionalLong bytes() {
    OptionalLong machine = kibibytes("proc/meminfo", "MemAvailable");
    if (machine.isEmpty()) {
      return machine;
    }
    long least = Math.min(machine.getAsLong(), addressSpace());
    for (String line : lines("proc/self/cgroup")) {
      String[] parts = line.split(":", 3);
      if (parts.length == 3 && parts[0].equals("0")) {
        least =
            Math.min(least, ofGroups("sys/fs/cgroup", parts[2], "memory.max", "memory.current"));
      } else if (parts.length == 3 && List.of(parts[1].split(",")).contains("memory")) {
        least =
            Math.min(
                least,
                ofGroups(
                    "sys/fs/cgroup/memory",
                    parts[2],
                    "memory.limit_in_bytes",
                    "memory.usage_in_bytes"));
      }
    }
    return OptionalLong.of(Math.max(0, least));
  }

  private long addressSpace() {
    for (String line : lines("proc/self/limits")) {
      if (line.startsWith("Max address space")) {
        long limit = number(line.substring("Max address space".length()).strip());
        return left(limit, kibibytes("proc/self/status", "VmSize").orElse(0));
      }
    }
    return NO_LIMIT;
  }

  /** The least of a group and those above it; in a container, its own group may be the root. */
  private long ofGroups(String mount, String group, String limit, String usage) {
    long least = NO_LIMIT;
    Path folder = root.resolve(mount);
    Path inner = folder.resolve(group.replaceFirst("^/+", "")).normalize();
    for (Path at = Files.isDirectory(inner) ? inner : folder;
        at != null && at.startsWith(folder);
        at = at.getParent()) {
      long cache = 0;
      for (String line : lines(at.resolve("memory.stat"))) {
        if (line.matches("(total_)?inactive_file \\d+")) {
          cache = Math.max(cache, number(line.substring(line.indexOf(' ') + 1)));
        }
      }
      least = Math.min(least, left(first(at.resolve(limit)), first(at.resolve(usage)) - cache));
    }
    return least;
  }

  private static long left(long limit, long used) {
    return limit >= NO_LIMIT ? NO_LIMIT : limit - Math.max(0, used);
  }

  private long first(Path file) {
    List<String> lines = lines(file);
    return lines.isEmpty() ? NO_LIMIT : number(lines.get(0));
  }

  /** The number at the beginning of a text; a very large one for {@code max} and the like. */
  private static long number(String text) {
    Matcher digits = Pattern.compile("\\d{1,18}\\b").matcher(text);
    return digits.lookingAt() ? Long.parseLong(digits.group()) : NO_LIMIT;
  }

  private OptionalLong kibibytes(String file, String key) {
    Pattern entry = Pattern.compile(key + ":\\s+(\\d{1,15}) kB.*");
    for (String line : lines(file)) {
      Matcher found = entry.matcher(line);
      if (found.matches()) {
        return OptionalLong.of(Long.parseLong(found.group(1)) << 10);
      }
    }
    return OptionalLong.empty();
  }

  private List<String> lines(String file) {
    return lines(root.resolve(file));
  }

  private static List<String> lines(Path file) {
    try {
      return Files.isReadable(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      return List.of();
    }
  }
}
