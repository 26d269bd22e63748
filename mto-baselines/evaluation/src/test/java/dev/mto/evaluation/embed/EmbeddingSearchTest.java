package dev.mto.evaluation.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mto.data.image.UnreadableImageException;
import dev.mto.engine.encoder.FeatureKind;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.weights.TrainedModel;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Similar images of an index. */
class EmbeddingSearchTest {
  private static final int IMAGES = 13;

  @TempDir private static Path shared;
  private static List<Path> files;
  private static TrainedModel model;

  @TempDir private Path folder;

  @BeforeAll
  static void index() throws IOException {
    Path images = Files.createDirectory(shared.resolve("images"));
    files = SmallEncoder.images(images, IMAGES);
    model = SmallEncoder.model(shared);
    index(shared.resolve("index"), images);
  }

  private static void index(Path index, Path images) {
    EmbeddingJob.of(model, images, FeatureKind.usual())
        .run(
            EmbeddingTarget.index(index),
            false,
            1,
            new PrintStream(OutputStream.nullOutputStream(), true));
  }

  private static EmbeddingIndex opened() {
    return EmbeddingIndex.open(shared.resolve("index"));
  }

  @Test
  void neighboursAreThoseOfEveryCosineAndTheQueryItselfIsLeftOut() {
    List<Path> queries = List.of(files.get(3), files.get(12));

    List<List<EmbeddingIndex.Found>> found =
        EmbeddingSearch.of(opened(), note -> {}).nearest(queries, 5);

    float[][] vectors = vectors();
    assertThat(found).hasSize(2);
    assertNearest(found.get(0), vectors, 3);
    assertNearest(found.get(1), vectors, 12);
  }

  private static float[][] vectors() {
    try (INDArray array = Nd4j.createFromNpyFile(shared.resolve("index/vectors.npy").toFile())) {
      return array.toFloatMatrix();
    }
  }

  private static void assertNearest(
      List<EmbeddingIndex.Found> found, float[][] vectors, int query) {
    List<Integer> order =
        IntStream.range(0, IMAGES)
            .boxed()
            .filter(i -> i != query)
            .sorted(Comparator.comparingDouble(i -> -cosine(vectors[query], vectors[i])))
            .toList();
    assertThat(found).hasSize(5);
    for (int rank = 0; rank < 5; rank++) {
      int expected = order.get(rank);
      assertThat(found.get(rank).file()).isEqualTo(files.get(expected));
      assertThat(found.get(rank).similarity())
          .isCloseTo(cosine(vectors[query], vectors[expected]), within(1e-5));
    }
  }

  private static double cosine(float[] a, float[] b) {
    double product = 0;
    double normA = 0;
    double normB = 0;
    for (int i = 0; i < a.length; i++) {
      product += (double) a[i] * b[i];
      normA += (double) a[i] * a[i];
      normB += (double) b[i] * b[i];
    }
    return product / Math.sqrt(normA * normB);
  }

  @Test
  void aQueryFromElsewhereFindsItsCopy() throws IOException {
    Path query = Files.copy(files.get(6), folder.resolve("copy.png"));

    EmbeddingIndex.Found first =
        EmbeddingSearch.of(opened(), note -> {}).nearest(List.of(query), 50).get(0).get(0);

    assertThat(first.file()).isEqualTo(files.get(6));
    assertThat(first.similarity()).isCloseTo(1, within(1e-5));
  }

  @Test
  void aQueryIsLeftOutUnderTheNameOfALinkToo() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link.png"), files.get(6));

    List<EmbeddingIndex.Found> found =
        EmbeddingSearch.of(opened(), note -> {}).nearest(List.of(link), Integer.MAX_VALUE).get(0);

    assertThat(found).hasSize(IMAGES - 1).noneMatch(one -> one.file().equals(files.get(6)));
  }

  @Test
  void anEncoderThatSeesImagesOtherwiseIsRefusedByName() throws IOException {
    TrainedModel other = SmallEncoder.model(folder, "data.mean=[0.5, 0.5, 0.5]");

    assertThatThrownBy(() -> new EmbeddingSearch(opened(), other).nearest(List.of(files.get(0)), 1))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("made with data.mean [0.485, 0.456, 0.406]")
        .hasMessageContaining("has [0.5, 0.5, 0.5]");
  }

  @Test
  void otherWeightsAreRefusedByTheirChecksum() throws IOException {
    Path index = folder.resolve("index");
    index(index, shared.resolve("images"));
    Path json = index.resolve("index.json");
    Files.writeString(
        json, Files.readString(json).replaceFirst("crc32c:[0-9a-f]{8}", "crc32c:00000000"));

    assertThatThrownBy(
            () ->
                EmbeddingSearch.of(EmbeddingIndex.open(index), note -> {})
                    .nearest(List.of(files.get(0)), 1))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("made by the encoder crc32c:00000000");
  }

  @Test
  void anEncoderThatIsGoneIsNamed() throws IOException {
    Path index = folder.resolve("index");
    index(index, shared.resolve("images"));
    Path json = index.resolve("index.json");
    Files.writeString(json, Files.readString(json).replace("weights.pth", "gone.pth"));

    assertThatThrownBy(() -> EmbeddingSearch.of(EmbeddingIndex.open(index), note -> {}))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("gone.pth: no such file")
        .hasMessageContaining("--run, or --weights");
  }

  @Test
  void damagedAndMissingIndexesAreRefused() throws IOException {
    assertThatThrownBy(() -> EmbeddingIndex.open(folder)).hasMessageContaining("holds no index");
    Path index = folder.resolve("index");
    index(index, shared.resolve("images"));
    Files.write(index.resolve("vectors.npy"), new byte[7]);
    assertThatThrownBy(() -> EmbeddingIndex.open(index)).hasMessageContaining("not of the size");
    Files.writeString(index.resolve("index.json"), "{");
    assertThatThrownBy(() -> EmbeddingIndex.open(index))
        .hasMessageContaining("index.json: is damaged");
  }

  @Test
  void aQueryThatCannotBeReadIsAnError() {
    assertThatThrownBy(
            () ->
                EmbeddingSearch.of(opened(), note -> {})
                    .nearest(List.of(folder.resolve("none.png")), 1))
        .hasCauseInstanceOf(UnreadableImageException.class)
        .hasMessageContaining("none.png cannot be read: no such file");
  }
}
