package dev.mto.data.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.data.random.RandomStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComposedImagesTest {
  private static final int SIDE = 4;
  private static final Composition STILL = new Composition(8, 0, 0.5, 0.5, 0, 0, 0, 1);

  @TempDir private Path folder;
  private Path source;

  @BeforeEach
  void writeSource() throws IOException {
    source = Files.createDirectory(folder.resolve("source"));
    write("train", 60);
    write("t10k", 30);
  }

  /** Image i is of class i mod 10, with values above 100. */
  private void write(String name, int items) throws IOException {
    ByteBuffer images = ByteBuffer.allocate(16 + items * SIDE * SIDE);
    images.putInt(0x803).putInt(items).putInt(SIDE).putInt(SIDE);
    ByteBuffer labels = ByteBuffer.allocate(8 + items).putInt(0x801).putInt(items);
    for (int i = 0; i < items; i++) {
      labels.put((byte) (i % 10));
      for (int p = 0; p < SIDE * SIDE; p++) {
        images.put((byte) (100 + i + p));
      }
    }
    Files.write(source.resolve(name + "-images-idx3-ubyte"), images.array());
    Files.write(source.resolve(name + "-labels-idx1-ubyte"), labels.array());
  }

  private ComposedImages task(String out, int train, long seed) {
    return new ComposedImages(
        source, folder.resolve(out), Composition.usual(), train, 20, 10, seed, false, line -> {});
  }

  private List<Path> files(String out) throws IOException {
    Path root = folder.resolve(out);
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(Files::isRegularFile).map(root::relativize).sorted().toList();
    }
  }

  private List<String> places(String part) throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve(part))) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> file.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  @Test
  void theSameSeedGivesTheSameBytesAndAnotherSeedOthers() throws IOException {
    task("a", 40, 1).run();
    task("b", 40, 1).run();
    task("c", 40, 2).run();

    assertThat(files("a")).hasSize(71).isEqualTo(files("b"));
    int same = 0;
    for (Path file : files("a")) {
      Path other = folder.resolve("c").resolve(file);
      assertThat(folder.resolve("a").resolve(file))
          .hasSameBinaryContentAs(folder.resolve("b").resolve(file));
      same +=
          Files.exists(other) && Files.mismatch(folder.resolve("a").resolve(file), other) < 0
              ? 1
              : 0;
    }
    assertThat(same).isZero();
  }

  @Test
  void partsAreBalancedAndHaveNoImageInCommonAndASmallerOneIsPartOfALarger() throws IOException {
    task("large", 40, 1).run();
    task("small", 10, 1).run();

    List<String> train = places("large/train");
    List<String> validation = places("large/validation");
    assertThat(train).hasSize(40).doesNotContainAnyElementsOf(validation);
    assertThat(validation).hasSize(20).isEqualTo(places("small/validation"));
    assertThat(train).containsAll(places("small/train"));
    assertThat(places("large/test")).hasSize(10);
    for (String name : ComposedImages.CLASSES) {
      assertThat(places("large/train/" + name)).hasSize(4);
      assertThat(places("large/validation/" + name)).hasSize(2);
    }
    for (Path file : files("small")) {
      if (file.startsWith("train")) {
        assertThat(folder.resolve("large").resolve(file))
            .hasSameBinaryContentAs(folder.resolve("small").resolve(file));
      }
    }
    String first = places("large/train/trouser").get(0);
    assertThat(Integer.parseInt(first.substring(0, 5)) % 10).isEqualTo(1);
  }

  @Test
  void theManifestHasTheSumOfTheFilesInTheOrderOfTheirPlaces() throws IOException {
    task("out", 40, 7).run();

    JsonNode manifest = new ObjectMapper().readTree(folder.resolve("out/manifest.json").toFile());
    assertThat(manifest.get("seed").asLong()).isEqualTo(7);
    assertThat(manifest.at("/composition/shift").asDouble()).isEqualTo(Composition.usual().shift());
    assertThat(manifest.at("/parts/train/images").asInt()).isEqualTo(40);
    List<Path> validation = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder.resolve("out/validation"))) {
      files.filter(Files::isRegularFile).forEach(validation::add);
    }
    validation.sort((a, b) -> a.getFileName().compareTo(b.getFileName()));
    MessageDigest digest = DigestUtils.getSha256Digest();
    for (Path file : validation) {
      digest.update(Files.readAllBytes(file));
    }
    assertThat(manifest.at("/parts/validation/sha256").asText())
        .isEqualTo(HexFormat.of().formatHex(digest.digest()));
  }

  @Test
  void anUnchangedGarmentIsInTheMiddleOfAnEvenBackground() {
    byte[] garment = new byte[SIDE * SIDE];
    Arrays.fill(garment, (byte) 255);
    byte[] image =
        new Composer(STILL).compose(garment, SIDE, SIDE, RandomStream.of(1, "compose/train", 0));

    assertThat(image).hasSize(8 * 8 * 3);
    int[] grey = {image[(4 * 8 + 4) * 3] & 0xFF, image[(3 * 8 + 3) * 3 + 2] & 0xFF};
    assertThat(grey[0]).isEqualTo(grey[1]).isGreaterThan(120); // a grey tint, lightness above .5
    for (int c = 0; c < 3; c++) {
      assertThat(image[c]).isEqualTo(image[(7 * 8 + 7) * 3 + c]).isEqualTo(image[7 * 3 + c]);
      assertThat(image[c] & 0xFF).isBetween((int) (0.15 * 255), (int) Math.ceil(0.85 * 255));
    }
  }

  @Test
  void aQuarterTurnTurnsTheGarment() {
    byte[] garment = new byte[SIDE * SIDE];
    Arrays.fill(garment, 0, SIDE * SIDE / 2, (byte) 255); // the upper half
    Composition turned = new Composition(32, 180, 0.5, 0.5, 0, 0, 0, 1);
    for (int seed = 0; seed < 5; seed++) {
      double angle = Math.toRadians(180 * (2 * RandomStream.of(seed, "turn").nextDouble() - 1));
      byte[] image =
          new Composer(turned).compose(garment, SIDE, SIDE, RandomStream.of(seed, "turn"));
      double[] middle = new double[3];
      for (int i = 0; i < 32 * 32; i++) {
        boolean covered = differs(image, i);
        int row = i / 32;
        int column = i % 32;
        middle[0] += covered ? row - 15.5 : 0;
        middle[1] += covered ? column - 15.5 : 0;
        middle[2] += covered ? 1 : 0;
      }
      assertThat(middle[2]).isGreaterThan(60);
      double found = Math.atan2(middle[1], -middle[0]);
      assertThat(Math.cos(found - angle)).as("seed " + seed).isCloseTo(1, within(0.02));
    }
  }

  private static boolean differs(byte[] image, int pixel) {
    return image[pixel * 3] != image[0] || image[pixel * 3 + 1] != image[1];
  }

  @Test
  void theBackgroundsPowerFallsWithFrequencyAsAsked() {
    int size = 32;
    double[] power = new double[size / 2];
    for (int draw = 0; draw < 40; draw++) {
      double[] field = new SpectralNoise(size, 1).draw(RandomStream.of(draw, "noise"));
      assertThat(Arrays.stream(field).sum()).isCloseTo(0, within(1e-9));
      for (int f = 1; f < size / 2; f++) {
        power[f] += powerAlongRows(field, size, f);
      }
    }
    for (int f = 2; f < size / 2; f++) {
      assertThat(power[1] / power[f]).isCloseTo(f * f, within(0.35 * f * f));
    }
  }

  /** |F|² at row frequency 0 and column frequency f. */
  private static double powerAlongRows(double[] field, int size, int f) {
    double real = 0;
    double imaginary = 0;
    for (int i = 0; i < field.length; i++) {
      double angle = 2 * Math.PI * f * (i % size) / size;
      real += field[i] * Math.cos(angle);
      imaginary += field[i] * Math.sin(angle);
    }
    return real * real + imaginary * imaginary;
  }

  @Test
  void onlyComposedImagesAreReplacedAndOnlyWhenAsked() throws IOException {
    task("out", 10, 1).run();
    assertThatThrownBy(task("out", 10, 2)::run).hasMessageContaining("--overwrite");
    Path mine = Files.createDirectories(folder.resolve("mine"));
    Files.writeString(mine.resolve("a.txt"), "a");

    overwriting("out", 20).run();

    assertThat(places("out/train")).hasSize(20);
    assertThatThrownBy(overwriting("mine", 20)::run).hasMessageContaining("not an empty folder");
    assertThat(mine.resolve("a.txt")).exists();
    assertThat(folder.resolve("out.old")).doesNotExist();
    assertThatThrownBy(overwriting("out", 600)::run)
        .hasMessageContaining("6 images of t-shirt-top but 62 are asked for");
    assertThat(places("out/train")).hasSize(20);
    assertThat(folder.resolve("out.partial")).doesNotExist();
  }

  private ComposedImages overwriting(String out, int train) {
    return new ComposedImages(
        source, folder.resolve(out), STILL, train, 20, 10, 1, true, line -> {});
  }

  @Test
  void wrongInputIsRefusedInOneLine() throws IOException {
    assertThatThrownBy(() -> task("out", 15, 1)).hasMessageContaining("multiple of the 10 classes");
    assertThatThrownBy(() -> new Composition(32, 30, 0.6, 0.5, 0, 0, 0, 1))
        .hasMessage("--largest is 0.5 but must be --smallest to 4");
    assertThatThrownBy(() -> new Composition(4, 30, 0.6, 0.5, 0, 0, 0, 1))
        .hasMessageContaining("--size is 4");
    write("t10k", 300);
    Files.delete(source.resolve("t10k-labels-idx1-ubyte"));
    assertThatThrownBy(task("out", 10, 1)::run).hasMessageContaining("no file t10k-labels-idx1");
    assertThat(folder.resolve("out")).doesNotExist();
  }
}
