package dev.mto.speed.step;

import dev.mto.data.random.RandomStream;
import dev.mto.engine.errors.UserException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * A case that needs no files of the user: images of noise, 224 px, patches of 16 px, the method's
 * own masks, nothing dropped from the path.
 *
 * @param method {@code simmim} or {@code mae}
 * @param preset of the encoder
 * @param batch images of a step
 */
public record StandardCase(String method, String preset, int batch) {
  private static final int SIDE = 224;
  private static final String IMAGES = "images";
  private static final long SEED = 1;

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
    List<String> known = all().stream().map(StandardCase::name).toList();
    for (String name : names) {
      if (!known.contains(name)) {
        throw new UserException(
            "--case: '%s' is not known; there are: %s".formatted(name, String.join(", ", known)));
      }
    }
    return all().stream()
        .filter(standard -> names.isEmpty() || names.contains(standard.name()))
        .toList();
  }

  String name() {
    return method + "-" + preset;
  }

  /** Writes images and configuration into {@code folder} and reads the case. */
  public BenchmarkCase prepare(Path folder, String... settings) throws IOException {
    return BenchmarkCase.of(name(), folder, write(folder), settings(folder, settings));
  }

  /** The same, and where {@code settings} ask for bfloat16 the case in float32 before it. */
  List<BenchmarkCase> prepareInPrecisions(Path folder, List<String> settings) throws IOException {
    return BenchmarkCase.inPrecisions(
        name(), folder, write(folder), settings(folder, settings.toArray(String[]::new)));
  }

  private static List<String> settings(Path folder, String... settings) {
    List<String> all = new ArrayList<>(List.of(settings));
    all.add("data.train='" + folder.resolve(IMAGES) + "'");
    return all;
  }

  private Path write(Path folder) throws IOException {
    writeNoise(Files.createDirectories(folder.resolve(IMAGES)), batch, SIDE);
    return Files.writeString(
        folder.resolve("case.yaml"),
        """
        baseline: %s
        model: { preset: %s, image: [%d, %d], patch: 16, drop_path: 0.0 }
        data: { workers: 1 }
        training: { batch: %d, accumulate: 1 }
        """
            .formatted(method, preset, SIDE, SIDE, batch));
  }

  /** Square PNG images of uniform noise, the same ones every time. */
  static void writeNoise(Path folder, int count, int side) throws IOException {
    for (int i = 0; i < count; i++) {
      RandomGenerator random = RandomStream.of(SEED, "noise_image", i);
      BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
      for (int pixel = 0; pixel < side * side; pixel++) {
        image.setRGB(pixel % side, pixel / side, random.nextInt());
      }
      ImageIO.write(
          image, "png", folder.resolve(String.format(Locale.ROOT, "%04d.png", i)).toFile());
    }
  }
}
