package dev.mto.evaluation.embed;

import dev.mto.data.folder.ImageFolder;
import dev.mto.engine.encoder.FeatureTable;
import dev.mto.engine.encoder.FrozenEncoder;
import dev.mto.engine.encoder.ImageFeatures;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.graph.CentreCrops;
import dev.mto.engine.weights.TrainedModel;
import dev.mto.engine.weights.WeightsOf;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Images of an index that are most similar to images of the user's, by the cosine of their vectors.
 * The encoder is the one that made the index, which its tensors show.
 *
 * @param index what is searched
 * @param model the encoder
 */
public record EmbeddingSearch(EmbeddingIndex index, TrainedModel model) {
  private static final int LARGEST_BATCH = 64;

  /**
   * With the encoder from where it was when the index was made.
   *
   * @param say is told what a person should know about its file
   * @throws UserException when it is not there any more
   */
  public static EmbeddingSearch of(EmbeddingIndex index, Consumer<String> say) {
    try {
      return new EmbeddingSearch(index, index.by().open(say));
    } catch (UserException e) {
      throw new UserException(
          "%s: its encoder cannot be opened (%s); say where it is by --run, or --weights and --config"
              .formatted(index.folder(), e.getMessage()),
          e);
    }
  }

  /**
   * The most similar images of each query, in order; the query itself, where it is in the index, is
   * left out.
   *
   * @param queries image files
   * @param top how many of each
   * @throws UserException when the encoder is not the one that made the index
   * @throws java.io.UncheckedIOException when a query cannot be read
   */
  public List<List<EmbeddingIndex.Found>> nearest(List<Path> queries, int top) {
    try (FeatureTable vectors = vectors(queries)) {
      List<List<EmbeddingIndex.Found>> found =
          index.nearest(
              vectors.normalised().rows(0, queries.size()), Math.min(top, index.vectors()) + 1);
      List<List<EmbeddingIndex.Found>> others = new ArrayList<>();
      for (int q = 0; q < queries.size(); q++) {
        Path own = real(queries.get(q));
        others.add(
            found.get(q).stream().filter(one -> !real(one.file()).equals(own)).limit(top).toList());
      }
      return others;
    }
  }

  /** Links followed, where there is such a file; an archive's member is none. */
  private static Path real(Path file) {
    try {
      return file.toRealPath();
    } catch (IOException e) {
      return file.toAbsolutePath().normalize();
    }
  }

  private FeatureTable vectors(List<Path> queries) {
    ImageFolder images = ImageFolder.of(queries);
    int batch = Math.min(LARGEST_BATCH, images.size());
    try (FrozenEncoder encoder =
        FrozenEncoder.of(model.baseline(), model.config(), model.tensors(WeightsOf.STUDENT))) {
      index.by().require(model, encoder, index.folder().toString());
      try (ImageFeatures features =
          new ImageFeatures(
              encoder,
              index.by().feature(),
              CentreCrops.of(images, model.config(), batch, null).build())) {
        List<float[]> rows = new ArrayList<>();
        features.forEachRemaining(of -> rows.addAll(List.of(of.vectors())));
        return FeatureTable.of(
            Nd4j.createFromArray(rows.toArray(float[][]::new)), new int[rows.size()]);
      }
    }
  }
}
