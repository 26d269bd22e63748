package dev.mto.deeplearning4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.data.ImageBatch;
import dev.mto.data.ImageBatches;
import dev.mto.data.folder.ImageFolder;
import dev.mto.data.image.UnreadableImageException;
import dev.mto.engine.encoder.FeatureKind;
import dev.mto.engine.encoder.ImageFeature;
import dev.mto.engine.encoder.Pooling;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.graph.CentreCrops;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Features of image files, from Java. */
class EncodedFilesTest {
  private static final int BATCH = 3;

  @TempDir private Path folder;

  private final List<Path> files = new ArrayList<>();

  @BeforeEach
  void writeImages() throws IOException {
    Random random = new Random(1);
    for (int i = 0; i < 5; i++) {
      BufferedImage image = new BufferedImage(60, 50, BufferedImage.TYPE_INT_RGB);
      for (int pixel = 0; pixel < 3000; pixel++) {
        image.setRGB(pixel % 60, pixel / 60, random.nextInt(1 << 24));
      }
      files.add(folder.resolve("b%d.png".formatted(9 - i)));
      ImageIO.write(image, "png", files.get(i).toFile());
    }
  }

  @ParameterizedTest
  @EnumSource
  void featuresAreThoseOfEvaluationInTheOrderOfTheFiles(SmallModel model) {
    FeatureKind kind = new FeatureKind(Pooling.MEAN, 1);

    List<ImageFeature> features;
    try (Stream<ImageFeature> stream = model.encoder().features(files, kind, BATCH, null)) {
      features = stream.toList();
    }

    assertThat(features).extracting(ImageFeature::image).isEqualTo(files);
    assertThat(features.stream().map(ImageFeature::vector).toArray(float[][]::new))
        .isDeepEqualTo(expected(model, kind));
  }

  private float[][] expected(SmallModel model, FeatureKind kind) {
    List<float[]> rows = new ArrayList<>();
    try (ImageBatches batches =
        CentreCrops.of(ImageFolder.of(files), model.config(), BATCH, null).build()) {
      while (batches.hasNext()) {
        try (ImageBatch batch = batches.nextBatch();
            INDArray features = model.features(batch.images(), kind)) {
          rows.addAll(List.of(features.toFloatMatrix()));
        }
      }
    }
    return rows.toArray(float[][]::new);
  }

  @Test
  void unreadableFilesAreToldAndLeftOutOrAreAnError() {
    files.add(1, folder.resolve("none.png"));
    List<String> told = new ArrayList<>();
    PretrainedEncoder encoder = SmallModel.MAE.encoder();

    try (Stream<ImageFeature> features =
        encoder.features(files, FeatureKind.usual(), BATCH, told::add)) {
      assertThat(features).hasSize(5).extracting(ImageFeature::image).doesNotContain(files.get(1));
    }
    assertThat(told).hasSize(1).first().asString().contains("none.png: no such file");
    try (Stream<ImageFeature> features = encoder.features(files)) {
      assertThatThrownBy(features::toList).hasCauseInstanceOf(UnreadableImageException.class);
    }
    assertThatThrownBy(() -> encoder.features(List.of()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("no image is named");
  }

  @Test
  void theEncoderThatShipsWithTheSoftwareNeedsNoFile() {
    PretrainedEncoder encoder = PretrainedEncoder.builtin("builtin:mae-tiny");

    try (Stream<ImageFeature> features = encoder.features(files)) {
      assertThat(features).hasSize(5).allMatch(one -> one.vector().length == encoder.dim());
    }
  }
}
