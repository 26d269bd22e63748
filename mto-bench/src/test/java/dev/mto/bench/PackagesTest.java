package dev.mto.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The sources of every package of the project, as they lie in the folders. */
final class PackagesTest {
  private static final int MOST_FILES = 30;
  private static Map<Path, List<String>> packages;

  @BeforeAll
  static void read() throws IOException {
    packages = new TreeMap<>();
    for (Path source : sourceFolders()) {
      try (Stream<Path> files = Files.walk(source)) {
        files
            .filter(file -> file.toString().endsWith(".java"))
            .forEach(
                file ->
                    packages
                        .computeIfAbsent(file.getParent(), folder -> new ArrayList<>())
                        .add(file.getFileName().toString()));
      }
    }
    assertTrue(packages.size() > 30, "too few packages found: " + packages.keySet());
  }

  @Test
  void everyPackageSaysWhatItIs() {
    assertEquals(List.of(), packagesWhose(files -> !files.contains("package-info.java")));
  }

  /** The plan of a graph is one idea of many small passes, each a file. */
  @Test
  void noPackageIsADrawer() {
    assertEquals(
        List.of("dev/mto/executor/plan"), packagesWhose(files -> files.size() - 1 > MOST_FILES));
  }

  private static List<String> packagesWhose(Predicate<List<String>> condition) {
    return packages.entrySet().stream()
        .filter(entry -> condition.test(entry.getValue()))
        .map(entry -> entry.getKey().toString().replaceFirst(".*src/main/java/", ""))
        .collect(Collectors.toList());
  }

  private static List<Path> sourceFolders() throws IOException {
    try (Stream<Path> folders =
        Files.find(
            Path.of(".."),
            6,
            (path, attributes) -> path.endsWith("src/main/java") && attributes.isDirectory())) {
      return folders.filter(path -> !path.toString().contains("target")).toList();
    }
  }
}
