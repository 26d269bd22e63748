package dev.mto.deeplearning4j;

import dev.mto.data.folder.BadImages;
import dev.mto.data.folder.ImageFolder;
import dev.mto.engine.Baselines;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.encoder.FeatureKind;
import dev.mto.engine.encoder.FrozenEncoder;
import dev.mto.engine.encoder.ImageFeature;
import dev.mto.engine.encoder.ImageFeatures;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.graph.CentreCrops;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Image files on their way through an encoder. */
final class EncodedFiles {
  private EncodedFiles() {}

  /** As {@link PretrainedEncoder#features(Iterable, FeatureKind, int, Consumer)}. */
  static Stream<ImageFeature> open(
      RunConfig config,
      Map<String, INDArray> weights,
      Iterable<Path> images,
      FeatureKind kind,
      int batch,
      Consumer<String> unreadable) {
    ImageFolder files = files(images);
    BadImages bad = unreadable == null ? null : BadImages.telling(unreadable, files.size(), 1);
    FrozenEncoder encoder = FrozenEncoder.of(Baselines.named(config.baseline()), config, weights);
    ImageFeatures features =
        new ImageFeatures(encoder, kind, CentreCrops.of(files, config, batch, bad).build());
    return batches(features)
        .flatMap(
            one ->
                IntStream.range(0, one.images().length)
                    .mapToObj(i -> new ImageFeature(files.path(one.images()[i]), one.vectors()[i])))
        .onClose(features::close)
        .onClose(encoder::close);
  }

  private static ImageFolder files(Iterable<Path> images) {
    try {
      return ImageFolder.of(images);
    } catch (IllegalArgumentException e) {
      throw new UserException(e.getMessage(), e);
    }
  }

  private static Stream<ImageFeatures.Batch> batches(Iterator<ImageFeatures.Batch> features) {
    return StreamSupport.stream(
        Spliterators.spliteratorUnknownSize(
            features, Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE),
        false);
  }
}
