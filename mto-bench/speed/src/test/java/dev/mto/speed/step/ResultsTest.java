package dev.mto.speed.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.speed.step.CaseResult.Measured;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTest {
  private static final Machine MACHINE =
      new Machine("A CPU", "2", "nd4j.jar", "fast", "CPU", "abc", "17");

  @TempDir private Path folder;
  private BenchmarkCase benchmark;

  @BeforeEach
  void prepareCase() throws IOException {
    benchmark = new StandardCase("simmim", "vit-tiny", 2).prepare(folder);
  }

  @Test
  void minimumAndMedianAreOfAllSteps() {
    Measured even = new Measured(List.of(30.0, 10.0, 20.0, 60.0), 1);

    assertThat(even.min()).isEqualTo(10);
    assertThat(even.median()).isEqualTo(25);
    assertThat(new Measured(List.of(30.0, 10.0, 20.0), 1).median()).isEqualTo(20);
    assertThatThrownBy(() -> new Measured(List.of(), 1)).hasMessageContaining("no step was timed");
  }

  @Test
  void jsonHoldsAnEntryForEveryResult() {
    JsonNode json =
        ResultJson.of(
            MACHINE, List.of(result(false, Blas.OPENBLAS, Blas.MKL), result(true)), List.of());

    assertThat(json.at("/machine/cpu").asText()).isEqualTo("A CPU");
    JsonNode without = json.at("/cases/0");
    assertThat(without.get("name").asText()).isEqualTo("simmim-vit-tiny");
    assertThat(without.get("mto").asBoolean()).isFalse();
    assertThat(without.get("ms_min").asDouble()).isEqualTo(100);
    assertThat(without.get("ms_median").asDouble()).isEqualTo(110);
    assertThat(without.get("images_per_s").asDouble()).isEqualTo(20);
    assertThat(without.get("gflops").asDouble()).isEqualTo(200);
    assertThat(without.get("peak_share").asDouble()).isEqualTo(0.5);
    assertThat(without.get("peer_ms_min").asDouble()).isEqualTo(200);
    assertThat(without.get("peer_mkl_ms_min").asDouble()).isEqualTo(200);
    assertThat(without.get("ratio").asDouble()).isEqualTo(0.5);
    assertThat(without.get("ratio_mkl").asDouble()).isEqualTo(0.5);
    assertThat(without.get("mto_overhead").asDouble()).isEqualTo(1.02);
    assertThat(without.get("peak_rss_mb").asDouble()).isEqualTo(700);
    assertThat(without.get("peer_peak_rss_mb").asDouble()).isEqualTo(900);
    assertThat(json.at("/cases/1/name").asText()).isEqualTo("simmim-vit-tiny-mto");
    assertThat(json.at("/cases/1").has("peer_ms_min")).isFalse();
  }

  @Test
  void jsonLeavesOutWhatIsNotKnown() {
    CaseResult uncounted = result(false, Double.NaN);

    JsonNode entry = ResultJson.of(MACHINE, List.of(uncounted), List.of()).at("/cases/0");

    assertThat(entry.has("gflop")).isFalse();
    assertThat(entry.has("peak_share")).isFalse();
    assertThat(entry.get("ms_min").asDouble()).isEqualTo(100);
  }

  @Test
  void textShowsBothLibrariesAndTheCostOfMto() {
    String text =
        ResultTable.of(
            List.of(
                result(false, 20, Blas.OPENBLAS, Blas.MKL),
                result(true, 20, Blas.OPENBLAS, Blas.MKL)));

    assertThat(text)
        .contains("libtorch OpenBLAS agrees with this in float32: loss 0.500000")
        .containsPattern("(?m)^  libtorch MKL, MTO +200\\.0 .* 0\\.500$")
        .contains("MTO costs +2.0 % of a step");
  }

  @Test
  void jsonHoldsAllRatiosOfBfloat16() throws IOException {
    CaseResult float32 = result(false, Blas.OPENBLAS);

    JsonNode json = ResultJson.of(MACHINE, List.of(float32, narrow(float32)), List.of());

    assertThat(json.at("/cases/0/precision").asText()).isEqualTo("float32");
    assertThat(json.at("/cases/0").has("ratio_float32")).isFalse();
    JsonNode narrow = json.at("/cases/1");
    assertThat(narrow.get("name").asText()).isEqualTo("simmim-vit-tiny-bfloat16");
    assertThat(narrow.get("precision").asText()).isEqualTo("bfloat16");
    assertThat(narrow.get("ratio_float32").asDouble()).isEqualTo(0.5);
    assertThat(narrow.get("ratio").asDouble()).isEqualTo(0.625);
    assertThat(narrow.get("ratio_peer_float32").asDouble()).isEqualTo(0.25);
    assertThat(narrow.get("bfloat16_peak_gflops").asDouble()).isEqualTo(800);
    assertThat(narrow.get("peak_share").asDouble()).isEqualTo(0.5);
    assertThat(narrow.get("loss").asDouble()).isEqualTo(0.505);
    assertThat(narrow.get("gradient_error").asDouble()).isEqualTo(0.01);
    assertThat(narrow.get("peer_parameter_error").asDouble()).isEqualTo(0.1);
  }

  @Test
  void textShowsBfloat16HereOverEachContender() throws IOException {
    CaseResult without = result(false, Blas.OPENBLAS);
    CaseResult with = result(true, Blas.OPENBLAS);

    String text = ResultTable.of(List.of(without, with, narrow(without), narrow(with)));

    assertThat(text)
        .contains("sgemm peak of this machine 400 GFLOP/s, in bfloat16 800")
        .containsPattern("(?m)^  this +100\\.0 .* 700 +0\\.500$")
        .containsPattern("(?m)^  libtorch OpenBLAS +200\\.0 .* 0\\.500 +0\\.250$")
        .containsPattern("(?m)^  this, bfloat16 +50\\.0 .* 50 % +500$")
        .containsPattern("(?m)^  libtorch OpenBLAS, bfloat16, MTO +80\\.0 .* 0\\.625 +0\\.625$")
        .contains("MTO costs +2.0 % of a step, +3.0 % of a step in bfloat16");
  }

  @Test
  void machineIsReadFromWhatTheSystemTells() {
    assertThat(Machine.cpuModel("flags : x\nmodel name\t: AMD EPYC 9R14\n"))
        .isEqualTo("AMD EPYC 9R14");
    assertThat(
            Machine.nativeBuild(
                String.join(
                    java.io.File.pathSeparator,
                    "/m2/nd4j-native-api-1.0.0-M2.1.jar",
                    "/m2/nd4j-native-preset-1.0.0-M2.1-linux-x86_64.jar",
                    "/m2/nd4j-native-1.0.0-M2.1-linux-x86_64-onednn-avx2.jar")))
        .isEqualTo("nd4j-native-1.0.0-M2.1-linux-x86_64-onednn-avx2.jar");
    assertThat(Machine.peakMebibytes("VmPeak:\t  9 kB\nVmHWM:\t  2048 kB\n")).isEqualTo(2);
  }

  private CaseResult result(boolean mto, Blas... libraries) {
    return result(mto, 20, libraries);
  }

  private CaseResult result(boolean mto, double gigaFlop, Blas... libraries) {
    Map<Blas, Measured> peers = new EnumMap<>(Blas.class);
    Map<Blas, Agreement> agreements = new EnumMap<>(Blas.class);
    Agreement agreement =
        new Agreement(0.5, 0.5, new Agreement.GradientDifference(1e-6, "a", 1e-5, "b"));
    for (Blas library : libraries) {
      peers.put(library, new Measured(List.of(200.0, 220.0), 900));
      agreements.put(library, agreement);
    }
    return new CaseResult(
        benchmark,
        mto,
        gigaFlop,
        400,
        new Measured(List.of(120.0, 100.0), 700),
        peers,
        new Agreement.Agreements(null, agreements),
        1.02,
        null);
  }

  /** Twice as fast as {@link #result} here, and four times in libtorch. */
  private CaseResult narrow(CaseResult float32) throws IOException {
    Agreement agreement =
        new Agreement(0.5, 0.505, new Agreement.GradientDifference(0.01, "a", 0.1, "b"));
    return new CaseResult(
        new StandardCase("simmim", "vit-tiny", 2).prepare(folder, "training.precision=bfloat16"),
        float32.mto(),
        20,
        800,
        new Measured(List.of(50.0, 60.0), 500),
        Map.of(Blas.OPENBLAS, new Measured(List.of(80.0), 600)),
        new Agreement.Agreements(agreement, Map.of(Blas.OPENBLAS, agreement)),
        1.03,
        float32);
  }
}
