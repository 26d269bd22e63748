package dev.mto.speed.step;

import dev.mto.engine.errors.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A case that needs no files of the user: images of noise, 224 px, patches of 16 px, the method's
 * own masks, nothing dropped from the path.
 *
 * @param method {@code simmim} or {@code mae}
 * @param preset of the encoder
 * @param batch images of a step
 */
record StandardCase(String method, String preset, int batch) {
  private static final int SIDE = 224;

  /** All of them, in the order in which they are measured. */
  static List<StandardCase> all() {
    return Stream.of("simmim", "mae")
        .flatMap(
            method ->
                Stream.of(
                    new StandardCase(method, "vit-tiny", 8),
                    new StandardCase(method, "vit-small", 8),
                    new StandardCase(method, "vit-base", 2)))
        .toList();
  }

  /**
   * The cases of these names; all where none is named.
   *
   * @throws UserException for an unknown name
   */
  static List<StandardCase> named(List<String> names) {
    List<StandardCase> all = all();
    for (String name : names) {
      if (all.stream().noneMatch(standard -> standard.name().equals(name))) {
        throw new UserException(
            "--case: '"
                + name
                + "' is not known; there are: "
                + all.stream().map(StandardCase::name).collect(Collectors.joining(", ")));
      }
    }
    return all.stream()
        .filter(standard -> names.isEmpty() || names.contains(standard.name()))
        .toList();
  }

  String name() {
    return method + "-" + preset;
  }

  /** Writes images and configuration into {@code folder} and reads the case. */
  BenchmarkCase prepare(Path folder) throws IOException {
    return prepare(folder, List.of());
  }

  /** The same with other settings, e.g. {@code training.clip=1}. */
  BenchmarkCase prepare(Path folder, List<String> settings) throws IOException {
    Path images = Files.createDirectories(folder.resolve("images"));
    NoiseImages.write(images, batch, SIDE);
    Path file =
        Files.writeString(
            folder.resolve("case.yaml"),
            """
            baseline: %s
            model: { preset: %s, image: [%d, %d], patch: 16, drop_path: 0.0 }
            data: { workers: 1 }
            training: { batch: %d, accumulate: 1 }
            """
                .formatted(method, preset, SIDE, SIDE, batch));
    List<String> all = new ArrayList<>(settings);
    all.add("data.train='" + images + "'");
    return BenchmarkCase.of(name(), file, all);
  }
}
