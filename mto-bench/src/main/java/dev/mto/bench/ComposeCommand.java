package dev.mto.bench;

import dev.mto.data.compose.ComposedImages;
import dev.mto.data.compose.Composition;
import dev.mto.engine.errors.UserException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code data compose}. */
@Command(
    name = "compose",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Makes coloured images from Fashion-MNIST that raw pixels do not tell apart: each garment is"
          + " turned, scaled, shifted and tinted at random, before coloured 1/f noise. Folders train"
          + " and validation are of its 60,000 training images, test of the 10,000 others; classes"
          + " have equal shares. The same options give the same bytes; manifest.json says which they"
          + " were."
    },
    footer = {
      "",
      "Examples:",
      "  ./mto data compose --out data/composed",
      "  ./mto data compose --out data/composed-small --train 10000 --validation 2000 --test 2000",
      "  ./mto data compose --out data/hard --rotation 90 --noise 0.3 --seed 7",
      "  ./mto data compose --out data/composed --source fashion-mnist --overwrite"
    })
final class ComposeCommand implements Runnable {
  private static final Composition USUAL = Composition.usual();

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder to make.")
  private Path out;

  @Option(
      names = "--source",
      paramLabel = "DIR",
      description =
          "Folder of Fashion-MNIST's four IDX files, gzip or plain (default: where Debian's package"
              + " dataset-fashion-mnist puts them).")
  private Path source = ComposedImages.DEBIAN;

  @Option(
      names = "--train",
      paramLabel = "N",
      description = "Images to train on, a multiple of 10 (default: ${DEFAULT-VALUE}).")
  private int train = 50_000;

  @Option(
      names = "--validation",
      paramLabel = "N",
      description = "Images to choose by, a multiple of 10 (default: ${DEFAULT-VALUE}).")
  private int validation = 10_000;

  @Option(
      names = "--test",
      paramLabel = "N",
      description =
          "Images to measure on at the end, a multiple of 10 (default: ${DEFAULT-VALUE}).")
  private int test = 10_000;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Of everything random (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      description = "Side of an image (default: ${DEFAULT-VALUE}).")
  private int size = USUAL.size();

  @Option(
      names = "--rotation",
      paramLabel = "DEGREES",
      description = "Garments are turned by up to so much either way (default: ${DEFAULT-VALUE}).")
  private double rotation = USUAL.rotation();

  @Option(
      names = "--smallest",
      paramLabel = "SHARE",
      description = "Side of the smallest garment over the image's (default: ${DEFAULT-VALUE}).")
  private double smallest = USUAL.smallest();

  @Option(
      names = "--largest",
      paramLabel = "SHARE",
      description = "Side of the largest garment over the image's (default: ${DEFAULT-VALUE}).")
  private double largest = USUAL.largest();

  @Option(
      names = "--shift",
      paramLabel = "SHARE",
      description =
          "Garments are shifted by up to this share of the image's side (default: ${DEFAULT-VALUE}).")
  private double shift = USUAL.shift();

  @Option(
      names = "--tint",
      paramLabel = "SHARE",
      description = "Largest saturation of a garment's colour, 0 to 1 (default: ${DEFAULT-VALUE}).")
  private double tint = USUAL.tint();

  @Option(
      names = "--noise",
      paramLabel = "SHARE",
      description =
          "Standard deviation of the background, of values 0 to 1 (default: ${DEFAULT-VALUE}).")
  private double noise = USUAL.noise();

  @Option(
      names = "--exponent",
      paramLabel = "A",
      description =
          "The background's amplitude falls with frequency as f^-A (default: ${DEFAULT-VALUE}).")
  private double exponent = USUAL.exponent();

  @Option(
      names = "--overwrite",
      description = "Replaces composed images that are in the folder already.")
  private boolean overwrite;

  @Override
  public void run() {
    try {
      new ComposedImages(
              source,
              out,
              new Composition(size, rotation, smallest, largest, shift, tint, noise, exponent),
              train,
              validation,
              test,
              seed,
              overwrite,
              System.out::println)
          .run();
    } catch (IllegalArgumentException e) {
      throw new UserException(e.getMessage(), e);
    }
    System.out.println("made " + out);
  }
}
