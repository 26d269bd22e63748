package dev.mto.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code weights} says, and what it refuses in one line. */
class WeightsCommandTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"inspect", "import", "export"})
  void everyVerbHasHelpWithExamples(String verb) {
    Execution help = Execution.of("weights", verb, "--help");

    assertThat(help.code()).isZero();
    assertThat(help.out()).contains("Examples:", "./mto weights " + verb + " ");
  }

  @Test
  void inspectShowsEntriesAndTensors() {
    Execution shown =
        Execution.of("weights", "inspect", OfficialCheckpoint.MAE_IN_TRAINING.file().toString());

    assertThat(shown.code()).isZero();
    assertThat(shown.out())
        .contains("PyTorch checkpoint", "model (38 tensors), optimizer, epoch, scaler, args")
        .contains("38 with 9,296 values (38 float32)")
        .containsPattern("(?m)^names +official$")
        .containsPattern("(?m)^  patch_embed\\.proj\\.weight +\\[16, 3, 8, 8\\] +float32$");
  }

  @Test
  void inspectJoinsBlocksThatAreAlikeUnlessAllIsAskedFor() {
    String file = OfficialCheckpoint.BOOTMAE.file().toString();

    String joined = Execution.of("weights", "inspect", file).out();
    String all = Execution.of("weights", "inspect", file, "--all").out();

    assertThat(joined)
        .contains("model_ema (152 tensors)")
        .containsPattern("(?m)^  blocks\\.\\{0-2\\}\\.norm1\\.weight +\\[24\\] +float32  x 3$");
    assertThat(all).containsPattern("(?m)^  blocks\\.2\\.norm1\\.weight +\\[24\\] +float32$");
  }

  @Test
  void inspectShowsTheEntryThatIsNamed() {
    Path file = OfficialCheckpoint.BOOTMAE.file();

    Execution shown = Execution.of("weights", "inspect", file.toString(), "--entry", "model_ema");

    assertThat(shown.out()).contains("152 with 60,971 values");
  }

  @Test
  void inspectComparesWithAModelInTextAndJson() throws IOException {
    OfficialCheckpoint official = OfficialCheckpoint.MAE;
    Path json = folder.resolve("match.json");

    Execution shown =
        Execution.ofLine(
            "weights inspect %s --config %s --set options.decoder_depth=3 --set model.depth=1"
                + " --set options.decoder_dim=64 --json %s",
            official.file(), official.config(folder), json);

    assertThat(shown.code()).isZero();
    assertThat(shown.out())
        .contains("missing from the file (12):", "decoder_blocks.2.*")
        .contains("not in the model (12):", "blocks.1.*")
        .contains("mask_token: [1, 1, 32] in the file, [1, 1, 64] in the model");
    JsonNode found = new ObjectMapper().readTree(json.toFile());
    assertThat(found.at("/names").asText()).isEqualTo("official");
    assertThat(found.at("/tensors/0/shape").toString()).isEqualTo("[1,1,48]");
    assertThat(found.at("/tensors/0/dtype").asText()).isEqualTo("float32");
    assertThat(found.at("/model/complete").asBoolean()).isFalse();
    assertThat(found.at("/model/missing/0").asText()).startsWith("decoder_blocks.2.");
    assertThat(found.at("/model/unexpected/0").asText()).startsWith("blocks.1.");
    assertThat(found.at("/model/other_shape/0/in_model")).isNotEmpty();
  }

  @Test
  void refusesAMissingFile() {
    Execution.of("weights", "inspect", folder.resolve("absent.pth").toString())
        .assertRefused("absent.pth", "no such file");
  }

  @Test
  void refusesAFileThatHoldsNoWeights() throws IOException {
    Path text = Files.writeString(folder.resolve("notes.pth"), "not weights at all");

    Execution.of("weights", "inspect", text.toString()).assertRefused("not a PyTorch checkpoint");
  }

  @Test
  void refusesSettingsOfNoConfiguration() {
    Execution.ofLine("weights inspect %s --set model.patch=8", OfficialCheckpoint.MAE.file())
        .assertRefused("--set: overrides keys of --config, which is not given");
  }

  @Test
  void refusesAnotherMethodsCheckpoint() {
    Path config = OfficialCheckpoint.SIMMIM.config(folder);
    Path out = folder.resolve("out.safetensors");

    Execution.ofLine(
            "weights import %s --config %s --out %s", OfficialCheckpoint.MAE.file(), config, out)
        .assertRefused("has no encoder.", "weights inspect");
    assertThat(out).doesNotExist();
  }

  @Test
  void refusesAnotherSize() {
    Path out = folder.resolve("out.safetensors");

    OfficialCheckpoint.MAE
        .importTo(out, folder, "--set", "model.dim=24")
        .assertRefused(
            "cls_token has shape [1, 1, 48], the model needs [1, 1, 24]",
            "choose the configuration");
    assertThat(out).doesNotExist();
  }

  @Test
  void refusesAnEncoderAloneWithTheNameOfTheRightFile() {
    OfficialCheckpoint official = OfficialCheckpoint.MAE;
    Path imported = folder.resolve("imported.safetensors");
    Path encoder = folder.resolve("encoder.safetensors");
    official.importTo(imported, folder);
    official.export(imported, encoder, folder, "--part", "encoder");

    official
        .export(encoder, folder.resolve("out.safetensors"), folder)
        .assertRefused("holds the encoder alone", "mae_visualize_*.pth");
  }

  @Test
  void refusesToReplaceAFileUnlessForced() throws IOException {
    Path there = Files.writeString(folder.resolve("there.safetensors"), "precious");

    OfficialCheckpoint.MAE.importTo(there, folder).assertRefused("is there already", "--force");
    assertThat(there).hasContent("precious");

    assertThat(OfficialCheckpoint.MAE.importTo(there, folder, "--force").code()).isZero();
    assertThat(Files.size(there)).isGreaterThan(1000);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--names huggingface | simmim has no names in huggingface",
        "--names flax | expected one of",
        "--part teacher | simmim has no teacher",
        "--per-block-bias | add --part encoder",
        "--format samediff --names timm | leave --names",
        "--format samediff --part model | leave --part out",
      })
  void refusesChoicesThatDoNotFit(String choice, String sentence) {
    OfficialCheckpoint official = OfficialCheckpoint.SIMMIM;
    Path out = folder.resolve("out");

    official.export(official.file(), out, folder, choice.split(" ")).assertRefused(sentence);
    assertThat(out).doesNotExist();
  }

  @Test
  void refusesATeacherWhereTheMethodHasNone() {
    OfficialCheckpoint official = OfficialCheckpoint.SIMMIM;
    String file = official.file().toString();

    official
        .importTo(folder.resolve("out"), folder, "--teacher", file)
        .assertRefused("simmim has no teacher");
  }

  @Test
  void refusesPartOfATeacher() {
    OfficialCheckpoint official = OfficialCheckpoint.CONMIM;
    Path encoder = folder.resolve("encoder.safetensors");
    official.export(official.file(), encoder, folder, "--part", "encoder");

    official
        .importTo(folder.resolve("out"), folder, "--teacher", encoder.toString())
        .assertRefused("the teacher has no ", "or none");
  }

  @Test
  void refusesARunAndAFileTogether() {
    OfficialCheckpoint.MAE
        .export(OfficialCheckpoint.MAE.file(), folder.resolve("out"), folder, "--run", "runs/any")
        .assertRefused("either --run DIR, or --weights FILE");
  }
}
