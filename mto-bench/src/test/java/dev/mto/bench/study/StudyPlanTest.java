package dev.mto.bench.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.bench.ColouredImages;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyPlanTest {
  @TempDir private Path folder;
  private StudyFile files;

  @BeforeEach
  void write() throws IOException {
    files = new StudyFile(folder);
  }

  @Test
  void everyCombinationIsACellOnceAndEachSeedHasItsUntrainedTwin() throws IOException {
    Path file =
        files.write(
            "grid",
            "{ none: [mto.enabled=false], mto: [], spa: [mto.weights.e=0, mto.weights.r=0] }",
            "{ baselines: [mae], variants: [none, mto], seeds: [1, 2] },"
                + " { baselines: [mae], variants: [mto, spa], seeds: [2] }");

    List<Cell> cells = StudyFile.plan(file);

    assertThat(cells)
        .extracting(Cell::id)
        .containsExactly(
            "mae-untrained-seed1",
            "mae-none-seed1",
            "mae-mto-seed1",
            "mae-untrained-seed2",
            "mae-none-seed2",
            "mae-mto-seed2",
            "mae-spa-seed2");
    assertThat(cells).extracting(Cell::hash).doesNotHaveDuplicates();
    assertThat(cells.get(0).config().training().epochs()).isZero();
    assertThat(cells.get(0).epochs()).containsExactly(0);
    assertThat(cells.get(1).config().mto().enabled()).isFalse();
    assertThat(cells.get(5).config().training().seed()).isEqualTo(2);
    assertThat(cells.get(5).config().checkpoint().everyEpochs()).isEqualTo(1);
    assertThat(cells.get(5).config().checkpoint().keep()).isEqualTo(2);
    assertThat(cells.get(6).config().mto().weights().e()).isZero();
    assertThat(cells.get(6).config().mto().weights().spa()).isPositive();
    assertThat(cells.get(5).measurements().get(0).recipe()).contains("seed: 2");
  }

  @Test
  void theHashIsOfWhatTheNumbersDependOnAndOfNothingElse() throws IOException {
    String grid = "{ baselines: [mae], variants: [mto], seeds: [1] }";
    String none = "none: [mto.enabled=false]";
    String first = hash(files.write("first", "{ %s, mto: [] }".formatted(none), grid));

    assertThat(
            hash(
                files.write(
                    "other",
                    "{ %s, mto: [mto.margin=0, mto.temperature=1, log.mto_gradients_every=2, log.heterogeneity_every=3, data.workers=2, checkpoint.every_minutes=9] }"
                        .formatted(none),
                    grid)))
        .isEqualTo(first);
    Path moved = folder.resolve("moved");
    ColouredImages.write(moved, 8, 1);
    assertThat(
            hash(
                files.write("moved-images", "{ %s, mto: [] }".formatted(none), grid),
                "data.pretrain=" + moved))
        .isEqualTo(first);
    for (String setting :
        List.of(
            "mto.weights.r=0.5",
            "training.base_lr=1.0e-3",
            "mto.ranking=printed",
            "mto.schedule.off=0.5",
            "mto.temperature=0.5",
            "mto.gradients=mask_token",
            "mto.ranking_layers=[0, 1]",
            "mto.margin=0.5",
            "mto.sparsity_layers=[1]",
            "mto.norm_penalty=0.5",
            "mto.norm_reference=0.5",
            "mto.gradient_share=0.5",
            "mto.gradient_share_steps=5",
            "log.validation_masks=method",
            "data.exif=ignore")) {
      assertThat(hash(files.write("changed", "{ %s, mto: ['%s'] }".formatted(none, setting), grid)))
          .as(setting)
          .isNotEqualTo(first);
    }
    Path file = files.write("same", "{ %s, mto: [] }".formatted(none), grid);
    assertThat(hash(file, "measures.finetune.set=[epochs=2]")).isNotEqualTo(first);
    assertThat(hash(file, "measures.knn.epochs=[1]")).isNotEqualTo(first);
    ColouredImages.write(folder.resolve("more"), 9, 1);
    assertThat(hash(file, "data.pretrain=" + folder.resolve("more"))).isNotEqualTo(first);
    assertThat(hash(file, "data.test=" + folder.resolve("more"))).isNotEqualTo(first);
  }

  /** A key that is new in the configuration must not give kept cells another hash. */
  @Test
  void theHashOfAConfigurationIsTheOneOfEarlierVersions() throws IOException {
    Path file =
        files.write(
            "old",
            "{ none: [mto.enabled=false], mto: [] }",
            "{ baselines: [mae], variants: [mto], seeds: [1] }");

    Cell cell = StudyFile.plan(file).get(1);
    assertThat(Cell.of("mae", "mto", 1, cell.config(), Map.of(), List.of()).hash())
        .isEqualTo("18f5fcf03ae98eec");
  }

  @Test
  void theLinearMeasureIsSolvedUnlessItHasARecipe() throws IOException {
    Path file =
        files.write(
            "linear",
            "{ none: [mto.enabled=false] }",
            "{ baselines: [mae], variants: [none], seeds: [1] }");

    Cell solved = StudyFile.plan(file).get(1);
    Cell trained = StudyFile.plan(file, "measures.linear.set=[epochs=3]").get(1);

    assertThat(solved.measurements().get(1).kind()).isEqualTo(Measurement.Kind.LINEAR);
    assertThat(solved.measurements().get(1).recipe()).isEmpty();
    assertThat(trained.measurements().get(1).recipe()).contains("epochs: 3").contains("trust");
    assertThat(trained.measurements().get(1).withdrawn()).isTrue();
    assertThat(trained.hash()).isNotEqualTo(solved.hash());
  }

  @Test
  void anEncoderIsMeasuredByAnAttentiveProbeAndInABlock() throws IOException {
    Path file =
        files.write(
            "block",
            "{ none: [mto.enabled=false] }",
            "{ baselines: [mae], variants: [none], seeds: [7] }");

    Cell usual = StudyFile.plan(file).get(1);
    Cell inBlock =
        StudyFile.plan(
                file,
                "measures.linear.block=1",
                "measures.knn.block=2",
                "measures.attentive={ set: [epochs=3], block: 2, epochs: [2] }")
            .get(1);

    assertThat(inBlock.hash()).isNotEqualTo(usual.hash());
    assertThat(inBlock.measurements())
        .extracting(Measurement::kind)
        .containsExactly(Measurement.Kind.values());
    Measurement attentive = inBlock.measurements().get(2);
    assertThat(attentive.recipe()).contains("epochs: 3", "block: 2", "seed: 7");
    assertThat(attentive.block()).isNull();
    Path log = Files.createDirectories(folder.resolve("cell")).resolve("log.txt");
    Files.createSymbolicLink(log, Files.createFile(folder.resolve("elsewhere")));
    new CellFolder(folder.resolve("cell"), folder.resolve("run"))
        .prepare(inBlock, new StudyConfig.Data("a", "b", "c"));
    assertThat(log).doesNotExist();
    assertThat(folder.resolve("elsewhere")).exists();
    List<List<String>> commands =
        new CellSteps(folder.resolve("cell"))
            .read().stream().map(CellSteps.Step::arguments).toList();
    assertThat(commands)
        .anySatisfy(
            c -> assertThat(c).contains("linear", "--cached").containsSequence("--block", "1"))
        .anySatisfy(c -> assertThat(c).contains("knn").containsSequence("--block", "2"))
        .anySatisfy(c -> assertThat(c).contains("attentive", "--recipe").doesNotContain("--block"));
    assertThatThrownBy(() -> StudyFile.plan(file, "measures.knn.block=0"))
        .hasMessageContaining("block is 0 but must be above 0");
  }

  @Test
  void aPartOfTheGridMayBeMeasuredAtSomeEpochsAlone() throws IOException {
    Path file =
        files.write(
            "some",
            "{ none: [mto.enabled=false], mto: [], spa: [mto.weights.e=0, mto.weights.r=0] }",
            "{ baselines: [mae], variants: [none, mto], seeds: [1] },"
                + " { baselines: [mae], variants: [spa], seeds: [1], epochs: [2] }");

    List<Cell> cells = StudyFile.plan(file);

    assertThat(cells.get(2).epochs()).containsExactly(1, 2);
    assertThat(cells.get(3).id()).isEqualTo("mae-spa-seed1");
    assertThat(cells.get(3).epochs()).containsExactly(2);
    assertThat(cells.get(3).measurements()).hasSameSizeAs(cells.get(2).measurements());
    assertThat(cells.get(3).config().checkpoint().keep()).isEqualTo(1);
  }

  @Test
  void aCellOfTwoPartsIsMeasuredAtTheEpochsOfBoth() throws IOException {
    String both = "{ none: [mto.enabled=false], mto: [] }";
    Path file =
        files.write(
            "parts",
            both,
            "{ baselines: [mae], variants: [none, mto], seeds: [1], epochs: [2] },"
                + " { baselines: [mae], variants: [none], seeds: [1], epochs: [1] },"
                + " { baselines: [mae], variants: [mto], seeds: [2], epochs: [1] },"
                + " { baselines: [mae], variants: [mto], seeds: [2] }");

    assertThat(StudyFile.plan(file))
        .filteredOn(cell -> !cell.untrained())
        .extracting(cell -> cell.id() + cell.epochs())
        .containsExactly("mae-none-seed1[1, 2]", "mae-mto-seed1[2]", "mae-mto-seed2[1, 2]");
  }

  @Test
  void aCheckpointThatIsMeasuredIsKeptToTheEndOfALongerTraining() throws IOException {
    Path file =
        files.write(
            "longer",
            "{ none: [mto.enabled=false, training.epochs=7] }",
            "{ baselines: [mae], variants: [none], seeds: [1] }");

    RunConfig.Checkpoints each = StudyFile.plan(file).get(1).config().checkpoint();
    RunConfig.Checkpoints second =
        StudyFile.plan(file, "measures.finetune.epochs=[2]").get(1).config().checkpoint();

    assertThat(List.of(each.everyEpochs(), each.keep())).containsExactly(1, 7);
    assertThat(List.of(second.everyEpochs(), second.keep()))
        .as("2, 4, 6 and 7")
        .containsExactly(2, 4);
  }

  @Test
  void preTrainingIsSharedByCellsThatAreMeasuredInOtherWays() throws IOException {
    Path file =
        files.write(
            "shared",
            "{ none: [mto.enabled=false] }",
            "{ baselines: [mae], variants: [none], seeds: [1] }");
    ColouredImages.write(folder.resolve("more"), 9, 1);
    Cell first = StudyFile.plan(file).get(1);

    for (String measured : List.of("measures.knn.epochs=[1]", "data.test=" + folder + "/more")) {
      Cell other = StudyFile.plan(file, measured).get(1);
      assertThat(other.hash()).as(measured).isNotEqualTo(first.hash());
      assertThat(other.trainingHash()).as(measured).isEqualTo(first.trainingHash());
    }
    for (String trained :
        List.of(
            "variants.none=[mto.margin=1]",
            "data.pretrain=" + folder + "/more",
            "measures.finetune.epochs=[2]")) { // it keeps no checkpoint of epoch 1
      assertThat(StudyFile.plan(file, trained).get(1).trainingHash())
          .as(trained)
          .isNotEqualTo(first.trainingHash());
    }
  }

  private static String hash(Path file, String... settings) {
    List<Cell> cells = StudyFile.plan(file, settings);
    return cells.get(cells.size() - 1).hash();
  }

  @Test
  void whatIsWrongInAStudyFileIsNamed() throws IOException {
    String both = "{ none: [mto.enabled=false], mto: [] }";
    assertRefused(
        files.write("a", both, "{ baselines: [mea], variants: [mto], seeds: [1] }"),
        "grid.baselines: there is no 'mea'; there are [mae]");
    assertRefused(
        files.write("b", both, "{ baselines: [mae], variants: [mto, spa], seeds: [1] }"),
        "grid.variants: there is no 'spa'; there are [none, mto]");
    assertRefused(
        files.write("c", both, "{ baselines: [mae], variants: [mto], seeds: [] }"),
        "grid.seeds: is empty");
    assertRefused(
        files.write("e", both, "{ baselines: [mae], variants: [mto], seeds: [1], epochs: [3] }"),
        "grid.epochs: are [3] but measures have only [1, 2]");
    Path good = files.write("d", both, "{ baselines: [mae], variants: [mto], seeds: [1] }");
    assertRefused(good, "reference: there is no 'plain'", "reference=plain");
    assertRefused(
        good,
        "halving: there is no 'half'; there are [none, mto]",
        "halving={ whole: none, half: half, half_with_mto: mto, measure: knn }");
    assertRefused(
        good,
        "halving.measure: attentive is not among the measures",
        "halving={ whole: none, half: none, half_with_mto: mto, measure: attentive }");
    assertRefused(
        good,
        "halving: there is no 'whole'; there are [none, mto]",
        "halving={ whole: none, half: none, half_with_mto: mto, whole_with_mto: whole, measure: knn }");
    assertRefused(
        good,
        "halving: 'mto' is to be measured after its last epoch, 2, but knn is not: add it to its epochs",
        "halving={ whole: none, half: none, half_with_mto: mto, measure: knn }",
        "measures.knn.epochs=[1]");
    assertRefused(
        good,
        "halving.whole_with_mto: 'mto' is to be measured in the middle of its 2 epochs, but knn is not",
        "halving={ whole: none, half: none, half_with_mto: mto, whole_with_mto: mto, measure: knn }");
    assertRefused(
        good,
        "halving.measure: linear has a recipe, by which nothing is decided",
        "halving={ whole: none, half: none, half_with_mto: mto, measure: linear }",
        "measures.linear.set=[epochs=3]");
    assertRefused(
        good,
        "measures.knn: recipe and set are given, but nearest neighbours have none",
        "measures.knn.set=[k=5]");
    assertRefused(good, "reference: is missing", "reference=null");
    assertRefused(good, "baselines.mae: is missing", "baselines={ mae: null }");
    assertRefused(
        good, "compared_with: there is no 'half'; there are", "compared_with={ mto: half }");
    assertRefused(good, "halving.half: is missing", "halving={ whole: none, measure: knn }");
    assertRefused(good, "unknown key 'seeds'", "seeds=3");
    assertRefused(
        good,
        "measures: none is given",
        "measures.finetune=null",
        "measures.linear=null",
        "measures.knn=null");
    assertRefused(
        good, "variants: 'untrained' is what first values are called", "variants.untrained=[]");
    assertRefused(
        good, "measures: epoch 5 is beyond the 2 that are trained", "measures.knn.epochs=[5]");
    assertRefused(good, "data.test: ", "data.test=" + folder.resolve("nowhere"));
    assertRefused(folder.resolve("missing.yaml"), "missing.yaml: no such file");
    Files.writeString(folder.resolve("finetune.yaml"), "epoch: 3");
    assertRefused(good, "unknown key 'epoch'");
  }

  @Test
  void aVariantWithoutSettingsIsTheConfigurationAsItIs() throws IOException {
    String grid = "{ baselines: [mae], variants: [mto], seeds: [1] }";

    assertThat(hash(files.write("blank", "{ none: null, mto: null }", grid)))
        .isEqualTo(hash(files.write("given", "{ none: [], mto: [] }", grid)));
  }

  @Test
  void cellsOfOneNameAreNotTakenForOneAnother() throws IOException {
    Path file =
        files.write(
            "names",
            "{ none: [mto.enabled=false], b-none: [] }",
            "{ baselines: [a-b], variants: [none], seeds: [1] },"
                + " { baselines: [a], variants: [b-none], seeds: [1] }");
    String mae = folder.resolve("mae.yaml").toString();

    assertRefused(
        file,
        "grid: a-b-none-seed1 is both 'none' of 'a-b' and 'b-none' of 'a'; name one of them otherwise",
        "baselines={ a: %s, a-b: %s }".formatted(mae, mae));
  }

  private static void assertRefused(Path file, String message, String... settings) {
    assertThatThrownBy(() -> StudyFile.plan(file, settings))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(message);
  }
}
