package dev.mto.evaluation.embed;

import dev.mto.engine.Baselines;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.weights.TrainedModel;
import dev.mto.engine.weights.WeightSource;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/** A small MAE that the official implementation saved, and images to embed. */
final class SmallEncoder {
  private static final Path WEIGHTS =
      Path.of("../mae/src/test/resources/oracle/b_mae/case0/weights.pth");
  private static final String CONFIG =
      """
      baseline: mae
      model: { preset: vit-tiny, image: [32, 32], patch: 8, dim: 48, depth: 2, heads: 3 }
      options: { decoder_dim: 32, decoder_depth: 2, decoder_heads: 2 }
      data: { train: images }
      training: { batch: 4 }
      """;

  private SmallEncoder() {}

  /** The model; {@code settings} are over its configuration. */
  static TrainedModel model(Path folder, String... settings) throws IOException {
    Path yaml = Files.writeString(folder.resolve("small.yaml"), CONFIG);
    return TrainedModel.ofFile(
        WeightSource.of(WEIGHTS),
        ConfigLoader.load(yaml, List.of(settings), name -> Baselines.named(name).recipe()),
        note -> {});
  }

  /** Writes {@code count} images of noise over a colour of their own, in folders of four. */
  static List<Path> images(Path folder, int count) throws IOException {
    Random random = new Random(1);
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      BufferedImage image = new BufferedImage(40, 36, BufferedImage.TYPE_INT_RGB);
      int colour = random.nextInt(1 << 24);
      for (int y = 0; y < image.getHeight(); y++) {
        for (int x = 0; x < image.getWidth(); x++) {
          image.setRGB(x, y, colour ^ (random.nextInt(1 << 24) & 0x3f3f3f));
        }
      }
      Path below = Files.createDirectories(folder.resolve("part" + i / 4));
      files.add(below.resolve("%02d.png".formatted(i)));
      ImageIO.write(image, "png", files.get(i).toFile());
    }
    return files;
  }
}
