package dev.mto.bench.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mto.bench.study.Outcomes.Variant;
import dev.mto.evaluation.curve.Rauc;
import dev.mto.evaluation.curve.SeedSummary;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

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
          "none");

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
  void raucIsBySeedWithoutSeedsWhoseReferenceDoesNotRise() {
    SortedMap<Long, Rauc> rauc = outcomes.variant("mae", "mto").rauc(KIND);

    assertThat(rauc.keySet()).containsExactly(1L);
    // area between: 0.1 * 2; the reference's rise: (0 + 0.2) / 2 * 2
    assertThat(rauc.get(1L).improvement()).isCloseTo(1, within(1e-12));
    assertThat(rauc.get(1L).epochsToBaseline()).isCloseTo(3, within(1e-12));
  }

  @Test
  void heterogeneityIsSummedUpLayerByLayer() {
    List<SeedSummary> layers = outcomes.variant("mae", "mto").heterogeneity(4).get("");

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
            "RAUC by fine-tuning (Table 2)",
            "Which loss does what (Table 3)",
            "Heterogeneity by layer (Table 1, Fig. 1b)");
    assertThat(tables.get(0).rows())
        .containsExactly(
            List.of("mae", "none", "35.00 ± 7.07", "50.00 ± 14.14", "60.00 ± 0.00", "2"),
            List.of("mae", "mto", "35.00 ± 7.07", "50.00 ± 0.00", "70.00 ± 20.00", "3"),
            List.of("", "mto − none", "", "0.00 ± 14.14", "0.00 ± 14.14", "2"));
    assertThat(tables.get(1).rows().get(0))
        .containsExactly(
            "mae",
            "mto",
            "2 to 4",
            "1.000",
            "2.000",
            "1 of 3 (no reference that rises for the others)",
            "1 of 1",
            "3.000");
    assertThat(tables.get(2).rows().get(1))
        .containsExactly(
            "mae", "mto", "0.1", "–", "–", "70.00 ± 20.00", "0.00 ± 14.14", "0.500 ± 0.000", "3");
    assertThat(tables.get(0).markdown()).contains("| mae | none | 35.00 ± 7.07 |");
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
            "none");

    assertThat(several.shown("simmim")).extracting(Variant::name).containsExactly("none", "mto");
    assertThat(several.variants("simmim"))
        .extracting(Variant::name)
        .containsExactly("none", "mto", "spa");
    Outcomes alone = new Outcomes(several.variant("simmim", "spa").seeds(), "none");
    assertThat(alone.shown("simmim")).extracting(Variant::name).containsExactly("spa");
    assertThat(new StudyTables(alone).all().get(0).rows()).hasSize(1);
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
    accuracy
        .keySet()
        .forEach(epoch -> heterogeneity.put(epoch, new TreeMap<>(Map.of("", List.of(2.0, 1.0)))));
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
        3,
        heterogeneity,
        new TreeMap<>(Map.of(KIND.command(), new TreeMap<>(accuracy))),
        null);
  }
}
