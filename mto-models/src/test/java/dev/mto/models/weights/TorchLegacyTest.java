package dev.mto.models.weights;

import static dev.mto.models.weights.DamagedFiles.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.mto.oracle.Bits;
import dev.mto.oracle.Oracle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TorchLegacyTest {
  @TempDir private Path folder;

  @Test
  void bothContainersOfTheSameTensorsAreEqual() {
    Path cases = Oracle.folder("e_pth");

    assertThat(WeightFile.read(cases.resolve("odd_layouts_legacy.pth")))
        .isEqualTo(WeightFile.read(cases.resolve("odd_layouts.pth")));
  }

  @Test
  void isRecognisedWhateverItsExtension() throws IOException {
    Path file = folder.resolve("weights");
    Files.copy(legacy(), file);

    assertThat(Bits.of(WeightFile.read(file))).isEqualTo(Bits.of(TorchFile.read(legacy())));
  }

  static Stream<Arguments> damages() {
    return Stream.of(
        arguments("collections\nOrderedDict\n", "posix\nsystem\n", "class posix.system"),
        arguments(
            "little_endianq\u0002\u0088", "little_endianq\u0002\u0089", "little-endian machine"),
        arguments("\u0080\u0002M\u00e9\u0003.", "\u0080\u0002M\u00e8\u0003.", "protocol 1001"),
        arguments("257237552", "257237040", "twice, differently"),
        arguments("e." + count(30), "e." + count(29), "holds 29 elements, not the 30"),
        arguments("e." + count(30), "e." + count(-30), "holds -30 elements"),
        arguments("257238064q\ne.", "257238065q\ne.", "lists a storage that no tensor uses"),
        arguments("257238064q\ne.", "257237552q\ne.", "lists its storage '257237552' twice"),
        arguments("\u0000modelq", "\u007fmodelq", "text longer than itself"),
        arguments("K\u001eNtq", "K\u001e\u0088tq", "view of another: save it anew"));
  }

  private static String count(long elements) {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    return new String(bytes.putLong(elements).array(), StandardCharsets.ISO_8859_1);
  }

  @ParameterizedTest
  @MethodSource("damages")
  void hostileFilesAreRefused(String bytes, String replacement, String problem) throws IOException {
    Path file = DamagedFiles.replaced(legacy(), folder.resolve("hostile.pth"), bytes, replacement);

    assertRefused(file, problem);
  }

  @Test
  void everyTruncationIsNoticed() throws IOException {
    byte[] bytes = Files.readAllBytes(legacy());
    Path cut = folder.resolve("cut.pth");

    for (int length = 0; length < bytes.length; length++) {
      Files.write(cut, Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> WeightFile.read(cut))
          .as("%d bytes", length)
          .isInstanceOf(WeightFileException.class)
          .message()
          .startsWith(cut.toString())
          .doesNotContain("\n");
    }
  }

  @Test
  void storageThatIsNotListedIsNamedByItsTensor() throws IOException {
    byte[] bytes = Files.readAllBytes(legacy());
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    String lastKey = "X\t\0\0\u0000257238064q\n";
    Path file = folder.resolve("unlisted.pth");
    int at = text.lastIndexOf(lastKey);
    Files.writeString(
        file,
        text.substring(0, at) + text.substring(at + lastKey.length()),
        StandardCharsets.ISO_8859_1);

    assertRefused(file, "the storage of tensor 'param' is missing");
  }

  @Test
  void pickleLongerThanAnyModelsIsRefused() throws IOException {
    String text = Files.readString(legacy(), StandardCharsets.ISO_8859_1);
    int object = text.indexOf("}q\0X\u0005\0\0\0model");
    Path file = folder.resolve("endless.pth");
    String endless = text.substring(0, object) + "N".repeat(TorchFile.LONGEST_PICKLE);
    Files.writeString(file, endless, StandardCharsets.ISO_8859_1);

    assertRefused(file, "is longer than");
  }

  private static Path legacy() {
    return DamagedFiles.path("oracle/e_pth/odd_layouts_legacy.pth");
  }
}
