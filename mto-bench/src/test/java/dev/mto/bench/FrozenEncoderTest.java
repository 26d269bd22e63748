package dev.mto.bench;

import static dev.mto.bench.OfficialCheckpoint.images;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.engine.Baseline;
import dev.mto.engine.Baselines;
import dev.mto.engine.Model;
import dev.mto.engine.config.RunConfig;
import dev.mto.models.Parameters;
import dev.mto.models.weights.WeightFile;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Encoders exported as SameDiff graphs, run by a Java program without any class of ours. */
class FrozenEncoderTest {
  private static final int IMAGES = 3;

  @TempDir private static Path root;

  @BeforeAll
  static void exportAndRun() throws IOException, InterruptedException {
    for (OfficialCheckpoint official : OfficialCheckpoint.values()) {
      Path folder = Files.createDirectory(folder(official));
      Execution export =
          official.export(
              official.file(), folder.resolve("encoder.fb"), folder, "--format", "samediff");
      export.assertDone();
      Nd4j.writeAsNumpy(images(config(official), IMAGES), folder.resolve("images.npy").toFile());
    }
    runWithoutOurClasses();
  }

  @ParameterizedTest
  @EnumSource
  void featuresAreThoseOfTheTrainingGraph(OfficialCheckpoint official) {
    INDArray expected = featuresOfTheTrainingGraph(official);

    assertClose(read(official, "features"), expected);
    assertThat(expected.maxNumber().doubleValue()).isGreaterThan(0.1);
  }

  @ParameterizedTest
  @EnumSource
  void anotherBatchSizeGivesTheSameFeatures(OfficialCheckpoint official) {
    INDArray first = read(official, "features").get(NDArrayIndex.interval(0, 1)).dup('c');

    assertClose(read(official, "first"), first);
  }

  @ParameterizedTest
  @EnumSource
  void tokensAreTheClassTokenAndTheFeatures(OfficialCheckpoint official) {
    INDArray features = read(official, "features");
    INDArray tokens = read(official, "tokens");

    assertThat(tokens.size(1)).isEqualTo(1 + features.size(1));
    INDArray patches =
        tokens.get(NDArrayIndex.all(), NDArrayIndex.interval(1, tokens.size(1))).dup('c');
    assertClose(patches, features);
  }

  private static INDArray featuresOfTheTrainingGraph(OfficialCheckpoint official) {
    RunConfig config = config(official);
    Baseline baseline = Baselines.named(config.baseline());
    SameDiff graph = SameDiff.create();
    Parameters parameters = new Parameters(graph, DataType.FLOAT, name -> new SplittableRandom(1));
    Model method = baseline.build(config, parameters);
    Map<String, INDArray> weights = WeightFile.read(official.file());
    parameters.arrays().forEach((name, array) -> array.assign(weights.get(name)));
    INDArray images = images(config, IMAGES);
    INDArray mask = Nd4j.zeros(DataType.FLOAT, IMAGES, method.outputs().mask().getShape()[1]);
    String features = method.outputs().features().name();
    return graph
        .output(Map.of("images", images, method.outputs().mask().name(), mask), features)
        .get(features)
        .dup('c');
  }

  private static RunConfig config(OfficialCheckpoint official) {
    return official.runConfig(folder(official));
  }

  private static void runWithoutOurClasses() throws IOException, InterruptedException {
    String libraries =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> entry.endsWith(".jar"))
            .filter(entry -> !Path.of(entry).getFileName().toString().startsWith("mto-"))
            .collect(Collectors.joining(File.pathSeparator));
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                libraries,
                Path.of("src/test/resources/weights/RunEncoder.java").toString()));
    for (OfficialCheckpoint official : OfficialCheckpoint.values()) {
      command.add(folder(official).toString());
    }
    Path log = root.resolve("run.log");
    Process program =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(program.waitFor()).as(() -> content(log)).isZero();
  }

  private static String content(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static Path folder(OfficialCheckpoint official) {
    return root.resolve(official.name());
  }

  private static INDArray read(OfficialCheckpoint official, String output) {
    return Nd4j.createFromNpyFile(folder(official).resolve(output + ".npy").toFile());
  }

  private static void assertClose(INDArray actual, INDArray expected) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    double scale = expected.amaxNumber().doubleValue();
    double most = actual.sub(expected).amaxNumber().doubleValue();
    assertThat(most).isLessThanOrEqualTo(1e-6 * Math.max(1, scale));
  }
}
