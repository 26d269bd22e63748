package dev.mto.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.oracle.Oracle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import net.razorvine.pickle.Unpickler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "odd_layouts, odd_layouts",
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
          assertThat(tensor.shape()).as(key).isEqualTo(longs(entry.get("shape")));
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

  @Test
  void tensorsBeyondTheirStorageAreRefused() throws IOException {
    Map<String, byte[]> entries = new HashMap<>(ZipFiles.entries(bare()));
    replace(entries, "/data/0", new byte[8]);
    Path file = folder.resolve("short.pth");
    ZipFiles.write(file, entries, false);

    assertRefused(file, "holds 8 bytes, not its 15 elements");
  }

  @Test
  void missingStorageIsNamed() throws IOException {
    Map<String, byte[]> entries = new HashMap<>(ZipFiles.entries(bare()));
    entries.keySet().removeIf(name -> name.endsWith("/data/0"));
    Path file = folder.resolve("missing.pth");
    ZipFiles.write(file, entries, false);

    assertRefused(file, "the storage of tensor '0.weight' is missing");
  }

  @Test
  void compressedStoragesAreRefused() throws IOException {
    Path file = folder.resolve("bomb.pth");
    ZipFiles.write(file, ZipFiles.entries(bare()), true);

    assertRefused(file, "is compressed");
  }

  @Test
  void olderContainersAreNamedAsSuch() {
    assertRefused(
        Oracle.folder("e_pth").resolve("odd_layouts_legacy.pth"), "older than PyTorch 1.6");
  }

  @Test
  void truncatedFileIsRefused() throws IOException {
    byte[] bytes = Files.readAllBytes(bare());
    Path file = folder.resolve("cut.pth");
    Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));

    assertRefused(file, "damaged");
  }

  private static void assertRefused(Path file, String problem) {
    assertThatThrownBy(() -> WeightFile.read(file))
        .isInstanceOf(WeightFileException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(problem)
        .message()
        .doesNotContain("\n");
  }

  private static Path bare() {
    return Oracle.folder("e_pth").resolve("bare_state_dict.pth");
  }

  private Path withPickle(String instructions) throws IOException {
    ByteArrayOutputStream pickle = new ByteArrayOutputStream();
    pickle.write(0x80);
    pickle.write(2);
    pickle.write(instructions.getBytes(StandardCharsets.ISO_8859_1));
    Map<String, byte[]> entries = new HashMap<>(ZipFiles.entries(bare()));
    replace(entries, "/data.pkl", pickle.toByteArray());
    Path file = folder.resolve("hostile.pth");
    ZipFiles.write(file, entries, false);
    return file;
  }

  private static void replace(Map<String, byte[]> entries, String suffix, byte[] bytes) {
    entries.replaceAll((name, value) -> name.endsWith(suffix) ? bytes : value);
  }

  private static long[] longs(JsonNode array) {
    long[] values = new long[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).asLong();
    }
    return values;
  }
}
