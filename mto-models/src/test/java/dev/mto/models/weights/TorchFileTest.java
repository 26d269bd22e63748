package dev.mto.models.weights;

import static dev.mto.models.weights.DamagedFiles.assertRefused;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.oracle.Bits;
import dev.mto.oracle.Oracle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.razorvine.pickle.Unpickler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class TorchFileTest {
  private static final Map<String, DataType> TYPES =
      Map.of(
          "torch.float64", DataType.DOUBLE,
          "torch.float32", DataType.FLOAT,
          "torch.float16", DataType.FLOAT16,
          "torch.bfloat16", DataType.BFLOAT16,
          "torch.int64", DataType.INT64,
          "torch.int32", DataType.INT32,
          "torch.uint8", DataType.UINT8,
          "torch.bool", DataType.BOOL);

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "odd_layouts, odd_layouts",
    "odd_layouts_legacy, odd_layouts",
    "module_state_with_metadata, module_state",
    "bare_state_dict, module_state"
  })
  void everyLayoutAndTypeIsRead(String name, String expectedName) {
    Path cases = Oracle.folder("e_pth");
    JsonNode expected = Oracle.json(cases.resolve("expected.json")).get(expectedName);

    Map<String, INDArray> tensors = TorchFile.read(cases.resolve(name + ".pth"));

    assertThat(tensors).hasSize(expected.size());
    tensors.forEach(
        (key, tensor) -> {
          JsonNode entry = expected.get(key);
          assertThat(tensor.dataType()).as(key).isEqualTo(TYPES.get(entry.get("dtype").asText()));
          assertThat(tensor.shape())
              .as(key)
              .isEqualTo(JSON.convertValue(entry.get("shape"), long[].class));
          INDArray values = tensor.castTo(DataType.DOUBLE);
          for (int i = 0; i < entry.get("values").size(); i++) {
            assertThat(values.getDouble(i))
                .as(key)
                .isEqualTo(entry.get("values").get(i).asDouble());
          }
        });
  }

  @Test
  void unknownClassIsRefusedByName() throws IOException {
    Path file = withPickle("cposix\nsystem\n(X\u0004\u0000\u0000\u0000truetR.");

    assertRefused(file, "posix.system");
  }

  @Test
  void classesRegisteredInTheLibraryByOthersAreRefused() throws IOException {
    Unpickler.registerConstructor("some.other", "Thing", arguments -> Map.of());
    Path file = withPickle("csome.other\nThing\n)R.");

    assertRefused(file, "some.other.Thing");
  }

  @ParameterizedTest
  @CsvSource({
    "'X\u007f\u007f\u007f\u007fab.', text longer than itself",
    "'(iposix\nsystem\n.', unknown instruction 0x69",
    "'cos\u0000', malformed",
    "'}(]K\u0001u.', neither text nor numbers",
    "'N.', dictionary of tensors",
    "'}.', no named tensors",
    "'', malformed",
    "'K\u0001K\u0001R.', malformed"
  })
  void hostilePicklesAreRefused(String pickle, String problem) throws IOException {
    assertRefused(withPickle(pickle), problem);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "B\u00ff\u00ff\u00ff\u007fab.",
        "\u008b\u00ff\u00ff\u00ff\u007fab.",
        "\u008d\u00ff\u00ff\u00ff\u007f\0\0\0\0ab.",
        "\u008e\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ffab.",
        "\u0096\u00ff\u00ff\u00ff\u00ff\u00ff\0\0\u007fab."
      })
  void lengthsBeyondThePickleAreRefusedBeforeMemoryIsTaken(String pickle) throws IOException {
    assertRefused(withPickle(pickle), "text longer than itself");
  }

  @Test
  void tensorsBeyondTheirStorageAreRefused() throws IOException {
    assertRefused(withEntry("/data/0", new byte[8]), "holds 8 bytes, not its 15 elements");
  }

  @Test
  void manyCopiesOfOneStorageAreRefused() throws IOException {
    String floats =
        "ctorch._utils\n_rebuild_tensor_v2\n((X\u0007\0\0\0storagectorch\nFloatStorage\n"
            + "X\u0001\0\0\u00000X\u0003\0\0\0cpuM\u00a0\u000ftQK\0M\u00a0\u000f\u0085K\u0001\u0085"
            + "\u0089}tRq\1";
    StringBuilder pickle = new StringBuilder("}(X\u0003\0\0\u0000100").append(floats);
    for (int i = 101; i < 200; i++) {
      pickle.append("X\u0003\0\0\u0000").append(i).append("h\1");
    }
    Map<String, byte[]> entries = DamagedFiles.entries(withPickle(pickle + "u."));
    Path file = withEntry(entries, "/data/0", new byte[16_000]);

    assertRefused(file, "its tensors take 1600000 bytes, more than it holds");
  }

  @Test
  void missingStorageIsNamed() throws IOException {
    Map<String, byte[]> entries = DamagedFiles.entries(bare());
    entries.keySet().removeIf(name -> name.endsWith("/data/0"));
    Path file = folder.resolve("missing.pth");
    DamagedFiles.write(file, entries, false);

    assertRefused(file, "the storage of tensor '0.weight' is missing");
  }

  @Test
  void compressedStoragesAreRefused() throws IOException {
    Path file = folder.resolve("bomb.pth");
    DamagedFiles.write(file, DamagedFiles.entries(bare()), true);

    assertRefused(file, "is compressed");
  }

  static Stream<Path> trainingCheckpoints() {
    return Oracle.cases("b_mae").stream()
        .map(folder -> folder.resolve("train_checkpoint.pth"))
        .filter(Files::exists);
  }

  @ParameterizedTest
  @MethodSource("trainingCheckpoints")
  void officialTrainingCheckpointGivesItsModel(Path checkpoint) {
    Map<String, INDArray> trained =
        Oracle.npz(checkpoint.resolveSibling("params_after_5_adamw.npz"));

    Map<String, INDArray> model = WeightFile.read(checkpoint);

    assertThat(trained).isNotEmpty();
    trained.forEach(
        (name, values) ->
            assertThat(model.get(name)).as(name).isEqualTo(values.castTo(DataType.FLOAT)));
    assertThat(Bits.of(WeightFile.read(checkpoint, "model"))).isEqualTo(Bits.of(model));
  }

  @Test
  void anEntryIsChosenByName() throws IOException {
    Path file = withEntries("model_ema", "student");
    Map<String, INDArray> expected = TorchFile.read(bare());

    assertThat(Bits.of(WeightFile.read(file, "student"))).isEqualTo(Bits.of(expected));
    assertThat(Bits.of(WeightFile.read(file, "model_ema"))).isEqualTo(Bits.of(expected));
  }

  @Test
  void whereNoEntryIsTheModelTheChoiceIsListed() throws IOException {
    Path file = withEntries("model_ema", "student");

    assertRefused(file, "no named tensors; choose the entry model_ema or student");
    assertThatThrownBy(() -> WeightFile.read(file, "teacher"))
        .isInstanceOf(WeightFileException.class)
        .hasMessageContaining("in entry 'teacher'; choose the entry model_ema or student");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cargparse\nNamespace\n)\u0081}X\u0002\0\0\0lrK\u0001sb",
        "cyacs.config\nCfgNode\n)\u0081(X\u0002\0\0\0lrK\u0001u}b",
        "cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\n(X\u0002\0\0\0f8K\0K\u0001tR(K\u0003tbc_codecs"
            + "\nencode\n(X\u0001\0\0\0aX\u0006\0\0\0latin1tRtR",
        "ctorch\ndevice\n(X\u0003\0\0\0cputR",
        "ctorch\nfloat32\n",
        "}X\u0002\0\0\0lrNs",
        "cpathlib\nPosixPath\n(X\u0001\0\0\0atR",
        "ccollections\ndefaultdict\nc__builtin__\ndict\n\u0085R",
        "c__builtin__\nset\n](K\u0001e\u0085R",
        "cmmengine.logging\nHistoryBuffer\n)\u0081}X\u0001\0\0\0aK\u0001sb",
        "clightning\nAttributeDict\n)R(X\u0001\0\0\0aK\u0001X\u0001\0\0\0bNu",
        "clightning\nItems\n)R(K\u0001NeNa",
        "cdatetime\ndatetime\nC\n\u0007\u00e8\1\1\0\0\0\0\0\0\u0085R",
        "cbuiltins\ngetattr\n(cenum\nColour\nX\u0001\0\0\0atR)R",
        "}(K\u0001K\u0002\u0086K\u0003NK\u0004\u0088K\u0005u",
        "ctorch\nQuantised\n(}tR]Naa",
        "\u008c\u0002os\u008c\u0006system\u0093\u008c\u0004true\u0085R",
        "\u008f(K\u0001K\u0002\u0090",
        "(K\u0001\u0091\u0094",
        "cyaml\nNode\n)}\u0092",
      })
  void settingsBesideAModelArePassedOver(String settings) throws IOException {
    Path file =
        withPickle("}(X\u0004\0\0\0args" + settings + "X\u0005\0\0\0model" + bareModel() + "u.");

    assertThat(Bits.of(WeightFile.read(file))).isEqualTo(Bits.of(TorchFile.read(bare())));
  }

  @Test
  void aCommandBesideTheTensorsIsNeverExecuted() throws IOException {
    Path witness = folder.resolve("witness");
    String command = "touch " + witness;
    String call = "cposix\nsystem\nX" + (char) command.length() + "\0\0\0" + command + "\u0085R";
    Path file = withPickle("}(X\1\0\0\0x" + call + "X\5\0\0\0model" + bareModel() + "u.");

    assertThat(Bits.of(WeightFile.read(file))).isEqualTo(Bits.of(TorchFile.read(bare())));
    assertThat(witness).doesNotExist();
  }

  @Test
  void tensorsOfUnknownClassesAreRefusedByName() throws IOException {
    String model = "X\5\0\0\0model";
    String weight = "X\1\0\0\0w";

    assertRefused(
        withPickle("}" + model + "cultralytics\nYolo\n)Rs."),
        "its model is an object of class ultralytics.Yolo");
    assertRefused(
        withPickle("}" + weight + "ctorch._utils\n_rebuild_qtensor\n)Rs."),
        "its 'w' is an object of class torch._utils._rebuild_qtensor");
    assertRefused(
        withPickle("}" + model + "}" + weight + "cos\nsystem\n)Rss."),
        "its 'w' is an object of class os.system");
  }

  @Test
  void aTensorOfAnUnknownStorageIsRefusedByItsClass() throws IOException {
    String tensor =
        "ctorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storagectorch\nQInt8Storage\n"
            + "X\1\0\0\u00000X\3\0\0\0cpuK\1tQK\0K\1\u0085K\1\u0085\u0089}tR";

    assertRefused(withPickle("}X\1\0\0\0w" + tensor + "s."), "'w'");
    assertRefused(withPickle("}X\1\0\0\0w" + tensor + "s."), "torch.QInt8Storage");
  }

  @ParameterizedTest
  @CsvSource({
    "builtins, eval",
    "builtins, getattr",
    "__builtin__, exec",
    "os, system",
    "numpy, load",
    "torch, load",
    "torch.storage, _load_from_bytes",
    "torch, floaty",
    "argparse, ArgumentParser"
  })
  void nothingElseOfTheSameModulesIsKnown(String module, String name) throws IOException {
    assertRefused(withPickle("c" + module + "\n" + name + "\n)R."), module + "." + name);
  }

  @Test
  void truncatedFileIsRefused() throws IOException {
    byte[] bytes = Files.readAllBytes(bare());
    Path file = folder.resolve("cut.pth");
    Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));

    assertRefused(file, "damaged");
  }

  private static Path bare() {
    return DamagedFiles.path("oracle/e_pth/bare_state_dict.pth");
  }

  /** The pickled bare state_dict without its frame, to be put in another. */
  private static String bareModel() throws IOException {
    byte[] pickle =
        DamagedFiles.entries(bare()).entrySet().stream()
            .filter(entry -> entry.getKey().endsWith("/data.pkl"))
            .findFirst()
            .orElseThrow()
            .getValue();
    return new String(pickle, 2, pickle.length - 3, ISO_8859_1);
  }

  private Path withEntries(String first, String second) throws IOException {
    StringBuilder pickle = new StringBuilder("}(");
    for (String name : List.of(first, second)) {
      pickle.append('X').append((char) name.length()).append("\0\0\0").append(name);
      pickle.append(bareModel());
    }
    return withPickle(pickle + "X\u0005\0\0\0epochK\u0004u.");
  }

  private Path withPickle(String instructions) throws IOException {
    return withEntry("/data.pkl", ("\u0080\2" + instructions).getBytes(ISO_8859_1));
  }

  private Path withEntry(String suffix, byte[] bytes) throws IOException {
    return withEntry(DamagedFiles.entries(bare()), suffix, bytes);
  }

  private Path withEntry(Map<String, byte[]> entries, String suffix, byte[] bytes)
      throws IOException {
    entries.replaceAll((name, value) -> name.endsWith(suffix) ? bytes : value);
    Path file = folder.resolve("hostile.pth");
    DamagedFiles.write(file, entries, false);
    return file;
  }
}
