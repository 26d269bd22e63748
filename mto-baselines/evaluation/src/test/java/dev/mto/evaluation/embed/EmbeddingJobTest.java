package dev.mto.evaluation.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mto.engine.config.RunConfig;
import dev.mto.engine.encoder.FeatureKind;
import dev.mto.engine.encoder.FeatureTable;
import dev.mto.engine.encoder.FrozenEncoder;
import dev.mto.engine.encoder.Pooling;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.FolderLock;
import dev.mto.engine.folder.StopSignal;
import dev.mto.engine.graph.LabelledImages;
import dev.mto.engine.weights.TrainedModel;
import dev.mto.engine.weights.WeightsOf;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Vectors of images, by a small encoder of the official implementation. */
class EmbeddingJobTest {
  private static final int IMAGES = 18;

  @TempDir private static Path shared;
  private static Path images;
  private static TrainedModel model;

  @TempDir private Path folder;

  private final ByteArrayOutputStream console = new ByteArrayOutputStream();

  @BeforeAll
  static void writeImages() throws IOException {
    images = Files.createDirectory(shared.resolve("images"));
    SmallEncoder.images(images, IMAGES);
    model = SmallEncoder.model(shared);
  }

  private static boolean never(int done) {
    return false;
  }

  private static EmbeddingJob job() {
    return EmbeddingJob.of(model, images, FeatureKind.usual());
  }

  private EmbeddingTarget target(String name) {
    return name.endsWith(".index")
        ? EmbeddingTarget.index(folder.resolve(name))
        : EmbeddingTarget.file(folder.resolve(name));
  }

  private Optional<EmbeddingJob.Result> run(
      EmbeddingJob job, EmbeddingTarget target, boolean resume, IntPredicate stop) {
    return job.run(target, resume, 2, new PrintStream(console, true), stop);
  }

  private EmbeddingJob.Result complete(EmbeddingJob job, EmbeddingTarget target) {
    return run(job, target, false, EmbeddingJobTest::never).orElseThrow();
  }

  private float[][] vectors(EmbeddingJob job) {
    EmbeddingTarget target = target("vectors-%d.npy".formatted(job.hashCode()));
    complete(job, target);
    try (INDArray array = Nd4j.createFromNpyFile(target.path().toFile())) {
      return array.toFloatMatrix();
    }
  }

  @ParameterizedTest
  @CsvSource({"MEAN, 0", "CLASS, 0", "MEAN, 1"})
  void vectorsAreTheFeaturesThatNearestNeighboursCompare(Pooling pooling, int block) {
    FeatureKind kind = new FeatureKind(pooling, block);

    assertThat(vectors(EmbeddingJob.of(model, images, kind))).isDeepEqualTo(ofKnn(kind));
  }

  /** As {@code evaluate knn} computes them, of the same images as class folders. */
  private static float[][] ofKnn(FeatureKind kind) {
    RunConfig config = model.config().withFolders(images.toString(), images.toString());
    LabelledImages labelled = LabelledImages.open(config, null);
    try (FrozenEncoder encoder =
            FrozenEncoder.of(model.baseline(), config, model.tensors(WeightsOf.STUDENT));
        FeatureTable table =
            FeatureTable.of(
                labelled.centreCrops(labelled.train(), config.training().batch()),
                IMAGES,
                batch -> encoder.features(batch.images(), kind))) {
      return table.rows(0, IMAGES).toFloatMatrix();
    }
  }

  @Test
  void classTokenMeanAndBlocksAreDifferentVectors() {
    float[] mean = vectors(job())[0];
    float[] token = vectors(EmbeddingJob.of(model, images, new FeatureKind(Pooling.CLASS, 0)))[0];
    float[] block = vectors(EmbeddingJob.of(model, images, new FeatureKind(Pooling.MEAN, 1)))[0];

    assertThat(mean).isNotEqualTo(token).isNotEqualTo(block);
  }

  @Test
  void everyFormatReadsBackAsTheSameVectorsUnderTheSamePaths() throws IOException {
    for (String name : List.of("a.npy", "a.csv", "a.parquet", "a.index")) {
      assertThat(complete(job(), target(name))).isEqualTo(new EmbeddingJob.Result(IMAGES, 48, 0));
    }
    float[][] expected = npy(folder.resolve("a.npy"));
    List<String> paths = Files.readAllLines(folder.resolve("a.npy.paths.txt"));

    assertThat(paths).hasSize(IMAGES).first().isEqualTo(images.resolve("part0/00.png").toString());
    assertThat(npy(folder.resolve("a.index/vectors.npy"))).isDeepEqualTo(expected);
    assertThat(folder.resolve("a.index/paths.txt"))
        .hasSameTextualContentAs(target("a.npy").paths());
    assertCsv(paths, expected);
    assertParquet(paths, expected);
    try (var left = Files.list(folder)) {
      assertThat(left.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("a.npy", "a.npy.paths.txt", "a.csv", "a.parquet", "a.index");
    }
  }

  @Test
  void vectorsThatCannotBeReplacedStayBesideTheirPaths() throws IOException {
    EmbeddingTarget target = target("a.npy");
    complete(job(), target);
    List<String> paths = Files.readAllLines(target.paths());
    byte[] vectors = Files.readAllBytes(target.path());
    EmbeddingTable lost = new EmbeddingTable(null, null, folder.resolve("no-rows"), 1);

    assertThatThrownBy(() -> target.write(lost)).isInstanceOf(RuntimeException.class);

    assertThat(target.path()).hasBinaryContent(vectors);
    assertThat(Files.readAllLines(target.paths())).isEqualTo(paths);
  }

  private static float[][] npy(Path file) {
    try (INDArray array = Nd4j.createFromNpyFile(file.toFile())) {
      return array.toFloatMatrix();
    }
  }

  private void assertCsv(List<String> paths, float[][] expected) throws IOException {
    try (Reader in = Files.newBufferedReader(folder.resolve("a.csv"))) {
      List<CSVRecord> rows =
          CSVFormat.RFC4180
              .builder()
              .setHeader()
              .setSkipHeaderRecord(true)
              .get()
              .parse(in)
              .getRecords();
      assertThat(rows).hasSize(IMAGES);
      for (int i = 0; i < IMAGES; i++) {
        assertThat(rows.get(i).get("path")).isEqualTo(paths.get(i));
        for (int d = 0; d < 48; d++) {
          assertThat(Float.parseFloat(rows.get(i).get("v" + d))).isEqualTo(expected[i][d]);
        }
      }
    }
  }

  private void assertParquet(List<String> paths, float[][] expected) throws IOException {
    try (ParquetFileReader file =
        ParquetFileReader.open(new LocalInputFile(folder.resolve("a.parquet")))) {
      MessageType schema = file.getFileMetaData().getSchema();
      assertThat(file.getFileMetaData().getKeyValueMetaData().get(ParquetEmbeddings.METADATA))
          .contains("crc32c:");
      PageReadStore rows = file.readNextRowGroup();
      RecordReader<Group> reader =
          new ColumnIOFactory()
              .getColumnIO(schema)
              .getRecordReader(rows, new GroupRecordConverter(schema));
      assertThat(rows.getRowCount()).isEqualTo(IMAGES);
      for (int i = 0; i < IMAGES; i++) {
        Group row = reader.read();
        assertThat(row.getString("path", 0)).isEqualTo(paths.get(i));
        Group vector = row.getGroup("vector", 0);
        assertThat(vector.getFieldRepetitionCount("list")).isEqualTo(48);
        for (int d = 0; d < 48; d++) {
          assertThat(vector.getGroup("list", d).getFloat("element", 0)).isEqualTo(expected[i][d]);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"v.parquet", "v.csv", "v.npy", "v.index"})
  void aStoppedJobGoesOnAndEndsWithTheSameFiles(String name) throws IOException {
    EmbeddingTarget whole = target("whole-" + name);
    complete(job(), whole);
    EmbeddingTarget target = target(name);

    assertThat(run(job(), target, false, done -> done >= 8)).isEmpty();

    assertThat(target.finished()).isFalse();
    assertThat(target.begun()).isTrue();
    assertThat(console.toString(StandardCharsets.UTF_8))
        .contains("stopped after 8 of 18 images; saved. To go on: --resume");
    List<Integer> made = new ArrayList<>();
    assertThat(
            run(
                job(),
                target,
                true,
                done -> {
                  made.add(done);
                  return false;
                }))
        .contains(new EmbeddingJob.Result(IMAGES, 48, 0));
    assertThat(made).containsExactly(12, 16, 18);
    assertThat(content(target)).isEqualTo(content(whole));
    assertThat(target.begun()).isFalse();
  }

  private static List<String> content(EmbeddingTarget target) throws IOException {
    List<Path> files =
        switch (target.format()) {
          case NPY -> List.of(target.path(), target.paths());
          case INDEX ->
              List.of(
                  target.path().resolve("index.json"),
                  target.path().resolve("vectors.npy"),
                  target.path().resolve("paths.txt"));
          default -> List.of(target.path());
        };
    List<String> content = new ArrayList<>();
    for (Path file : files) {
      content.add(Files.readString(file, StandardCharsets.ISO_8859_1));
    }
    return content;
  }

  @Test
  void whatAKilledProcessWroteBeyondItsLastSaveIsMadeAgain() throws IOException {
    EmbeddingTarget whole = target("whole.npy");
    complete(job(), whole);
    EmbeddingTarget target = target("v.npy");
    run(job(), target, false, done -> done >= 8);
    Files.write(target.parts().resolve("rows.bin"), new byte[300], StandardOpenOption.APPEND);

    run(job(), target, true, EmbeddingJobTest::never);

    assertThat(content(target)).isEqualTo(content(whole));
  }

  @Test
  void aSignalStopsTheJob() {
    EmbeddingTarget target = target("v.csv");
    try (StopSignal listening = new StopSignal()) {
      assertThat(listening).isNotNull();
      IntPredicate signal =
          done -> {
            StopSignal.request();
            return StopSignal.requested();
          };
      assertThat(run(job(), target, false, signal)).isEmpty();
    }
    assertThat(run(job(), target, true, EmbeddingJobTest::never)).isPresent();
  }

  @Test
  void partsOfAnotherJobAreRefusedByName() throws IOException {
    EmbeddingTarget target = target("v.csv");
    run(job(), target, false, done -> done >= 4);

    assertRefused(job().withBatch(5), target, "other --batch (4, now 5)");
    assertRefused(
        EmbeddingJob.of(model, images, new FeatureKind(Pooling.CLASS, 0)),
        target,
        "other --feature and --block");
    assertRefused(
        EmbeddingJob.of(model, images.resolve("part0"), FeatureKind.usual()),
        target,
        "other images");
    assertRefused(
        EmbeddingJob.of(
            SmallEncoder.model(folder, "data.std=[0.5, 0.5, 0.5]", "training.batch=4"),
            images,
            FeatureKind.usual()),
        target,
        "other configuration");
    Files.write(target.parts().resolve("rows.bin"), new byte[3]);
    assertRefused(job(), target, "rows that were saved are missing");
    Files.writeString(target.parts().resolve("job.json"), "{");
    assertRefused(job(), target, "job.json: is damaged");
  }

  private void assertRefused(EmbeddingJob job, EmbeddingTarget target, String words) {
    assertThatThrownBy(() -> run(job, target, true, EmbeddingJobTest::never))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(words)
        .hasMessageContaining("--force");
  }

  @Test
  void rowsAreNotWrittenThroughALink() throws IOException {
    EmbeddingTarget target = target("v.csv");
    run(job(), target, false, done -> done >= 4);
    Path rows = target.parts().resolve("rows.bin");
    Path elsewhere = Files.move(rows, images.resolveSibling("elsewhere.bin"));
    byte[] before = Files.readAllBytes(elsewhere);
    Files.createSymbolicLink(rows, elsewhere);

    assertThatThrownBy(() -> run(job(), target, true, EmbeddingJobTest::never))
        .isInstanceOf(FileException.class)
        .hasMessageContaining("v.csv.parts");
    assertThat(elsewhere).hasBinaryContent(before);
  }

  @Test
  void aSecondProcessIsKeptOut() {
    EmbeddingTarget target = target("v.csv");
    run(job(), target, false, done -> done >= 4);
    try (FolderLock other = FolderLock.of(target.parts())) {
      assertThat(other).isNotNull();
      assertThatThrownBy(() -> run(job(), target, true, EmbeddingJobTest::never))
          .hasMessageContaining("in use");
      assertThatThrownBy(() -> run(job(), target, false, EmbeddingJobTest::never))
          .hasMessageContaining("in use");
    }
  }

  @Test
  void unreadableAndMissingImagesAreListedAndHaveNoVector() throws IOException {
    Path cut = folder.resolve("cut.png");
    byte[] png = Files.readAllBytes(images.resolve("part0/00.png"));
    Files.write(cut, Arrays.copyOf(png, png.length / 2));
    Path list = folder.resolve("list.txt");
    Files.writeString(
        list,
        String.join(
            "\n",
            images.resolve("part0/01.png").toString(),
            "cut.png",
            "missing.png",
            images.resolve("part1/05.png").toString()));
    EmbeddingTarget target = target("v.npy");

    EmbeddingJob.Result result =
        complete(EmbeddingJob.of(model, list, FeatureKind.usual()), target);

    assertThat(result).isEqualTo(new EmbeddingJob.Result(2, 48, 2));
    assertThat(Files.readAllLines(target.paths()))
        .containsExactly(
            images.resolve("part0/01.png").toString(), images.resolve("part1/05.png").toString());
    List<String> bad = Files.readAllLines(target.badImages());
    assertThat(bad).hasSize(2);
    assertThat(bad.get(0)).startsWith(cut + "\t");
    assertThat(bad.get(1)).isEqualTo("missing.png\tno such file");
    assertThat(npy(target.path())[1]).containsExactly(vectors(job())[5], within(1e-5f));
  }

  @Test
  void aJobWithoutAReadableImageIsRefused() throws IOException {
    Path list = Files.writeString(folder.resolve("list.txt"), "missing.png\n");
    EmbeddingTarget target = target("v.csv");

    assertThatThrownBy(() -> complete(EmbeddingJob.of(model, list, FeatureKind.usual()), target))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("none of the 1 images can be read")
        .hasMessageContaining("v.csv.bad-images.txt");
    assertThat(target.path()).doesNotExist();
  }
}
