package dev.mto.bench.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mto.bench.study.Outcomes.Variant;
import dev.mto.evaluation.curve.RaucOverSeeds;
import dev.mto.evaluation.curve.SeedSummary;
import dev.mto.evaluation.curve.TimeToAccuracy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutcomesTest {
  private static final Measurement.Kind KIND = Measurement.Kind.FINETUNE;

  private final Outcomes outcomes =
      new Outcomes(
          List.of(
              cell("untrained", 1, Map.of(0, 0.3)),
              cell("untrained", 2, Map.of(0, 0.4)),
              cell("mto", 1, Map.of(2, 0.5, 4, 0.7)),
              cell("none", 1, Map.of(2, 0.4, 4, 0.6)),
              cell("mto", 2, Map.of(2, 0.5, 4, 0.5)),
              cell("none", 2, Map.of(2, 0.6, 4, 0.6)),
              cell("mto", 3, Map.of(2, 0.5, 4, 0.9))),
          "none",
          Map.of());

  @Test
  void theReferenceComesFirstAndFirstValuesAreNoVariant() {
    assertThat(outcomes.variants("mae")).extracting(Variant::name).containsExactly("none", "mto");
    assertThat(outcomes.variant("mae", "mto").epochs(KIND)).containsExactly(2, 4);
  }

  @Test
  void accuracyIsTheMeanOverAllSeeds() {
    SeedSummary mto = outcomes.variant("mae", "mto").accuracy(KIND, 4);

    assertThat(mto.n()).isEqualTo(3);
    assertThat(mto.mean()).isCloseTo(0.7, within(1e-12));
    assertThat(mto.deviation()).isCloseTo(0.2, within(1e-12));
    assertThat(outcomes.variant("mae", "untrained").accuracy(KIND, 0).mean()).isEqualTo(0.35);
    assertThat(outcomes.variant("mae", "mto").accuracy(KIND, 3).n()).isZero();
  }

  @Test
  void gainIsAgainstTheSameSeedAndLeavesOutSeedsWithoutAReference() {
    SeedSummary gain = outcomes.variant("mae", "mto").gain(KIND, 4);

    assertThat(gain.n()).isEqualTo(2);
    assertThat(gain.mean()).isCloseTo(0.0, within(1e-12));
  }

  @Test
  void raucIsOfMeanAreasOfTheSeedsThatBothHave() {
    RaucOverSeeds rauc = outcomes.variant("mae", "mto").rauc(KIND).orElseThrow();

    // areas between, seeds 1 and 2: 0.1 * 2 and -0.1 * 2; the references' rise: 0.2 and 0
    assertThat(rauc.n()).isEqualTo(2);
    assertThat(rauc.improvement().mean()).isCloseTo(0, within(1e-12));
    TimeToAccuracy time = outcomes.variant("mae", "mto").timeToReference(KIND);
    assertThat(time.reached()).as("seed 2 does not").isEqualTo(1);
    assertThat(time.mean()).isCloseTo(3, within(1e-12));
  }

  @Test
  void raucIsOfTheEpochsThatAllPairsHave() {
    for (long longer : new long[] {1, 2}) {
      Outcomes mixed =
          new Outcomes(
              List.of(
                  cell("none", longer, Map.of(2, 0.1, 4, 0.4, 8, 0.6)),
                  cell("mto", longer, Map.of(2, 0.9, 4, 0.5, 8, 0.6)),
                  cell("none", 3 - longer, Map.of(4, 0.4, 8, 0.6)),
                  cell("mto", 3 - longer, Map.of(4, 0.5, 8, 0.6))),
              "none",
              Map.of());

      assertThat(mixed.variant("mae", "mto").rauc(KIND).orElseThrow().improvement().mean())
          .as("of 4 to 8: areas 0.1 * 4 / 2 over rises of 0.2 * 4 / 2")
          .isCloseTo(0.5, within(1e-12));
      assertThat(new ComparisonTables(mixed).rauc(KIND).rows().get(0)).contains("4 to 8");
    }
  }

  @Test
  void gainsOverTheScheduleAreAreasOverItsLength() {
    Variant mto = outcomes.variant("mae", "mto");

    assertThat(mto.gainsOverSchedule(KIND)).hasSize(2);
    assertThat(mto.gainsOverSchedule(KIND).get(0)).isCloseTo(0.1, within(1e-12));
    assertThat(mto.gainsOverSchedule(KIND).get(1)).isCloseTo(-0.1, within(1e-12));
    assertThat(mto.ahead(KIND, 4)).hasToString("1 of 2");
    assertThat(mto.behind(KIND, 4, outcomes.variant("mae", "untrained").seeds()))
        .hasToString("0 of 2");
    assertThat(mto.lossDifference(CellResult::lastLoss).mean()).isZero();
  }

  @Test
  void withdrawnFiguresAreNotShown() {
    Measurement probe = new Measurement(Measurement.Kind.LINEAR, null, "epochs: 10", List.of(16));
    Measurement solved = new Measurement(Measurement.Kind.LINEAR, null, "", List.of(16));
    CellResult result = cell("mto", 1, Map.of(2, 0.5, 4, 0.7));
    result.accuracy().put("linear", new TreeMap<>(Map.of(16, 0.3)));

    assertThat(result.valid(List.of(probe)).accuracy()).containsOnlyKeys("finetune");
    assertThat(result.valid(List.of(solved)).accuracy()).containsOnlyKeys("finetune", "linear");
  }

  @Test
  void heterogeneityIsSummedUpLayerByLayer() {
    List<SeedSummary> layers =
        outcomes.variant("mae", "mto").layers(CellResult::heterogeneity, 4).get("");

    assertThat(layers).extracting(SeedSummary::mean).containsExactly(2.0, 1.0);
    assertThat(layers).extracting(SeedSummary::n).containsExactly(3, 3);
  }

  @Test
  void tablesHoldEveryVariantWithItsNumberOfSeeds() {
    List<StudyTables.Table> tables = new StudyTables(outcomes).all();

    assertThat(tables)
        .extracting(StudyTables.Table::title)
        .containsExactly(
            "Accuracy by fine-tuning along one schedule (Fig. 4)",
            "Accuracy by fine-tuning after the last epoch",
            "Gain along the schedule by fine-tuning",
            "Not above the untrained twin by fine-tuning",
            "RAUC by fine-tuning (Table 2)",
            "Which loss does what (Table 3)",
            "Heterogeneity by layer (Table 1, Fig. 1b)",
            "Lengths of tokens");
    assertThat(tables.get(0).rows())
        .containsExactly(
            List.of("mae", "none", "35.00 ± 7.07", "50.00 ± 14.14", "60.00 ± 0.00", "2"),
            List.of("mae", "mto", "35.00 ± 7.07", "50.00 ± 0.00", "70.00 ± 20.00", "3"),
            List.of("", "mto − none", "", "0.00 ± 14.14", "0.00 ± 14.14", "2"));
    assertThat(tables.get(1).rows())
        .containsExactly(List.of("mae", "35.00 ± 7.07", "60.00 ± 0.00", "70.00 ± 20.00"));
    assertThat(tables.get(2).rows())
        .containsExactly(List.of("mae", "mto", "+0.00 ± 10.00", "2", "1 of 2", "1 of 2"));
    assertThat(tables.get(3).rows())
        .containsExactly(List.of("mae", "0 of 4", "0 of 4"), List.of("all", "0 of 4", "0 of 4"));
    assertThat(tables.get(4).rows().get(0))
        .startsWith("mae", "mto", "2 to 4", "0.000 (no bounds)", "1.000 (no bounds)")
        .endsWith("2", "1 of 2", "3.0", "3.0");
    assertThat(tables.get(5).rows().get(1))
        .containsExactly(
            "mae",
            "mto",
            "0.1",
            "–",
            "–",
            "70.00 ± 20.00",
            "0.00 ± 14.14",
            "0.500 ± 0.000",
            "0.000 ± 0.000",
            "0.4180 ± 0.0100",
            "-0.0020 ± 0.0000",
            "3");
    assertThat(tables.get(7).rows())
        .hasSize(5)
        .contains(
            List.of(
                "mae",
                "mto",
                "4",
                "2.000 ± 0.000",
                "1.000 ± 0.000",
                "9.000 ± 0.000",
                "8.000 ± 0.000"));
    assertThat(tables.get(0).markdown()).contains("| mae | none | 35.00 ± 7.07 |");
  }

  @Test
  void aVariantMayBeComparedWithAnotherThanTheReference() {
    List<CellResult> cells =
        List.of(
            cell("none", 1, Map.of(2, 0.3, 4, 0.6)),
            cell("half", 1, Map.of(2, 0.5)),
            cell("mto-half", 1, Map.of(2, 0.6)),
            cell("mto", 1, Map.of(2, 0.4, 4, 0.8)));
    Outcomes several = new Outcomes(cells, "none", Map.of("mto-half", "half"));

    List<StudyTables.Table> tables = new StudyTables(several).all();

    assertThat(tables.get(0).note()).contains("more than 'none' ('half' for mto-half) of the same");
    assertThat(tables.get(0).rows())
        .containsExactly(
            List.of("mae", "none", "30.00", "60.00", "1"),
            List.of("mae", "half", "50.00", "", "1"),
            List.of("mae", "mto-half", "60.00", "", "1"),
            List.of("", "mto-half − half", "+10.00", "", "1"),
            List.of("mae", "mto", "40.00", "80.00", "1"),
            List.of("", "mto − none", "+10.00", "+20.00", "1"));
  }

  @Test
  void halfASchedulesVerdictIsOfTheLastEpochOfSeedsThatAllThreeVariantsHave() {
    List<CellResult> cells = new ArrayList<>();
    for (long seed = 1; seed <= 4; seed++) {
      double noise = 0.002 * seed;
      cells.add(cell("none", seed, Map.of(2, 0.1, 4, 0.6 + noise)));
      cells.add(cell("half", seed, Map.of(2, 0.5 - noise)));
      if (seed < 4) {
        cells.add(cell("mto-half", seed, Map.of(1, 0.9, 2, 0.6 + 1.5 * noise)));
      }
    }
    assertThat(halved(cells, 1L, 2L, 3L).schedules().rows())
        .containsExactly(
            List.of(
                "mae",
                "3",
                "+10.80 (+9.81 to +11.79)",
                "+0.20 (-0.05 to +0.45)",
                "1.02 (1.00 to 1.03)",
                "< 0.001",
                "1.000",
                "reproduced"));
    assertThat(halved(cells, 1L, 2L, 3L, 4L).schedules().rows().get(0))
        .as("a seed is missing")
        .endsWith("", "", "3 of 4 seeds");
  }

  @Test
  void theMiddleOfAScheduleIsComparedWithTheEndOfAnother() {
    List<CellResult> cells = new ArrayList<>();
    for (long seed = 1; seed <= 2; seed++) {
      cells.add(cell("none", seed, Map.of(2, 0.4, 4, 0.6)));
      cells.add(cell("mto", seed, Map.of(2, 0.45, 4, 0.7)));
    }

    HalvingTables halved = halved(cells, 1L, 2L);

    assertThat(halved.points().rows())
        .containsExactly(
            List.of(
                "mae",
                "2",
                "+20.00 (+20.00 to +20.00)",
                "-15.00 (-15.00 to -15.00)",
                "0.25 (0.25 to 0.25)"));
    assertThat(halved.schedules().rows()).isEmpty();
  }

  private static HalvingTables halved(List<CellResult> cells, Long... seeds) {
    StudyConfig.Halving halving = new StudyConfig.Halving("none", "half", "mto-half", "mto", KIND);
    List<String> variants = List.of("none", "half", "mto-half", "mto");
    return new HalvingTables(
        new Outcomes(cells, "none", Map.of()),
        halving,
        List.of(new StudyConfig.Grid(List.of("mae"), variants, List.of(seeds), null)));
  }

  @Test
  void figuresShowWhatAllBaselinesHave() {
    Outcomes several =
        new Outcomes(
            List.of(
                cell("simmim", "none"),
                cell("simmim", "mto"),
                cell("simmim", "spa"),
                cell("mae", "none"),
                cell("mae", "mto")),
            "none",
            Map.of());

    assertThat(several.shown("simmim")).extracting(Variant::name).containsExactly("none", "mto");
    assertThat(several.variants("simmim"))
        .extracting(Variant::name)
        .containsExactly("none", "mto", "spa");
    Outcomes alone = new Outcomes(several.variant("simmim", "spa").seeds(), "none", Map.of());
    assertThat(alone.shown("simmim")).extracting(Variant::name).containsExactly("spa");
    assertThat(new StudyTables(alone).all().get(0).rows()).hasSize(1);
  }

  @Test
  void aBaselineOfAStudysOwnNameIsShownUnderIt(@TempDir Path folder) throws IOException {
    Outcomes named =
        new Outcomes(List.of(cell("mae", "none"), cell("wide", "none")), "none", Map.of());

    assertThat(new StudyFigures(named, folder).accuracy(KIND)).hasSize(2);

    assertThat(folder.resolve("accuracy-finetune-wide.png")).isNotEmptyFile();
  }

  private static CellResult cell(String variant, long seed, Map<Integer, Double> accuracy) {
    return cell("mae", variant, seed, accuracy);
  }

  private static CellResult cell(String baseline, String variant) {
    return cell(baseline, variant, 1, Map.of(2, 0.5, 4, 0.6));
  }

  private static CellResult cell(
      String baseline, String variant, long seed, Map<Integer, Double> accuracy) {
    SortedMap<Integer, SortedMap<String, List<Double>>> heterogeneity = new TreeMap<>();
    SortedMap<Integer, SortedMap<String, List<Double>>> visible = new TreeMap<>();
    for (int epoch : accuracy.keySet()) {
      heterogeneity.put(epoch, new TreeMap<>(Map.of("", List.of(2.0, 1.0))));
      visible.put(epoch, new TreeMap<>(Map.of("", List.of(9.0, 5.0, 8.0))));
    }
    return new CellResult(
        "hash",
        baseline,
        variant,
        seed,
        "commit",
        Map.of(),
        Map.of("pretrain", 1.0),
        new CellResult.Weights(variant.equals("mto") ? 0.1 : 0, 0, 0),
        List.of(0.9, 0.5),
        new TreeMap<>(Map.of(1, 0.8, 2, 0.4 + 0.01 * seed - (variant.equals("mto") ? 0.002 : 0))),
        3,
        heterogeneity,
        heterogeneity,
        visible,
        null,
        new TreeMap<>(Map.of(KIND.command(), new TreeMap<>(accuracy))),
        null);
  }
}
