package dev.mto.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.oracle.Bits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class SafeTensorsTest {
  @TempDir private Path folder;

  @Test
  void whatIsWrittenIsReadAgain() throws IOException {
    INDArray values = Nd4j.linspace(DataType.DOUBLE, -2, 0.5, 12).reshape(3, 4);
    Map<String, INDArray> tensors = new LinkedHashMap<>();
    SafeTensorHeader.TYPES.forEach((name, type) -> tensors.put(name, values.castTo(type)));
    tensors.put("scalar", Nd4j.scalar(3.5f));
    tensors.put("empty", Nd4j.create(DataType.FLOAT, 0, 3));
    Path file = folder.resolve("all.safetensors");

    SafeTensors.write(file, tensors, Map.of("format", "pt"));
    SafeTensors.Contents contents = SafeTensors.read(file);

    assertThat(contents.metadata()).containsExactlyEntriesOf(Map.of("format", "pt"));
    assertThat(contents.tensors().keySet()).containsExactlyElementsOf(tensors.keySet());
    tensors.forEach(
        (name, tensor) -> {
          INDArray read = contents.tensors().get(name);
          assertThat(read.dataType()).as(name).isEqualTo(tensor.dataType());
          assertThat(read.shape()).as(name).isEqualTo(tensor.shape());
          assertThat(Bits.of(read)).as(name).isEqualTo(Bits.of(tensor));
        });
  }

  @Test
  void viewsAreWrittenInRowMajorOrder() throws IOException {
    INDArray values = Nd4j.createFromArray(new float[][] {{0, 1, 2}, {3, 4, 5}});
    Path file = folder.resolve("views.safetensors");

    SafeTensors.write(
        file,
        Map.of("t", values.transpose(), "c", values.getColumn(1), "r", values.getRow(1)),
        Map.of());
    Map<String, INDArray> tensors = SafeTensors.read(file).tensors();

    assertThat(tensors.get("t").toFloatMatrix()).isEqualTo(new float[][] {{0, 3}, {1, 4}, {2, 5}});
    assertThat(tensors.get("c").toFloatVector()).containsExactly(1, 4);
    assertThat(tensors.get("r").toFloatVector()).containsExactly(3, 4, 5);
  }

  @Test
  void layoutIsThatOfTheFormat() throws IOException {
    Path file = folder.resolve("layout.safetensors");
    SafeTensors.write(file, Map.of("w", Nd4j.createFromArray(1f, 2f)), Map.of());

    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    byte[] header = new byte[(int) bytes.getLong()];
    bytes.get(header);

    assertThat(new String(header, StandardCharsets.UTF_8).strip())
        .isEqualTo("{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}");
    assertThat(header.length % 8).isZero();
    assertThat(bytes.getFloat()).isEqualTo(1f);
    assertThat(bytes.getFloat()).isEqualTo(2f);
    assertThat(bytes.remaining()).isZero();
  }

  /** Its length begins with the bytes "PK", as a zip does. */
  @Test
  void aHeaderOfAnyLengthIsNoZip() throws IOException {
    Path file = folder.resolve("pk.safetensors");
    long zip = 'P' + ('K' << 8);

    int padding = (int) (zip - headerWithNote(file, 0));
    assertThat(headerWithNote(file, padding)).isEqualTo(zip);

    assertThat(WeightFile.read(file).get("w").getFloat(0)).isEqualTo(3);
  }

  private static long headerWithNote(Path file, int length) throws IOException {
    SafeTensors.write(
        file, Map.of("w", Nd4j.createFromArray(3f)), Map.of("note", "x".repeat(length)));
    return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  @Test
  void typesTheFormatDoesNotHaveAreRefused() throws IOException {
    assertThatThrownBy(
            () ->
                SafeTensors.write(
                    folder.resolve("x"), Map.of("w", Nd4j.zeros(DataType.UINT32, 2)), Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tensor w is UINT32");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[1]|not a JSON object",
        "{\"a\":|not JSON",
        "{} {}|not JSON",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}|data_offsets is missing",
        "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}|shape is missing",
        "{\"a\":{\"dtype\":\"C64\",\"shape\":[1],\"data_offsets\":[0,8]}}|unknown dtype 'C64'",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}|takes 12 bytes",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}|not a count",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,8]}}|not a count",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}|needs data_offsets",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}|begins at byte 4",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}|truncated or has a tail",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}|truncated or has a tail",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,8]}}"
            + "|too large to count",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}|not JSON",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}|begins at byte 4",
        "{\"__metadata__\":{\"a\":1}}|is not a string",
        "{\"__metadata__\":7}|not an object of strings",
      })
  void hostileHeadersAreRefused(String header, String problem) throws IOException {
    Path file = file(header.getBytes(StandardCharsets.UTF_8), new byte[8]);

    DamagedFiles.assertRefused(file, problem);
  }

  @Test
  void deepNestingIsRefused() throws IOException {
    byte[] header = ("{\"a\":" + "[".repeat(200_000)).getBytes(StandardCharsets.UTF_8);
    Path file = file(header, new byte[0]);

    assertThatThrownBy(() -> SafeTensors.read(file)).isInstanceOf(WeightFileException.class);
  }

  @ParameterizedTest
  @CsvSource({"-1", "0", "1", "100000001", "9223372036854775807", "17"})
  void headerLengthsBeyondTheFileAreRefused(long length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    Path file = folder.resolve("length.safetensors");
    Files.write(file, bytes.array());

    assertThatThrownBy(() -> SafeTensors.read(file))
        .isInstanceOf(WeightFileException.class)
        .hasMessageContaining("declares a header of");
  }

  @Test
  void everyTruncationIsNoticed() throws IOException {
    Path whole = folder.resolve("whole.safetensors");
    SafeTensors.write(whole, Map.of("w", Nd4j.createFromArray(1f, 2f, 3f)), Map.of("k", "v"));
    byte[] bytes = Files.readAllBytes(whole);
    Path cut = folder.resolve("cut.safetensors");

    for (int length = 0; length < bytes.length; length++) {
      Files.write(cut, Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> SafeTensors.read(cut))
          .as("%d bytes", length)
          .isInstanceOf(WeightFileException.class);
    }
  }

  @Test
  void missingFileIsNamed() {
    assertThatThrownBy(() -> SafeTensors.read(folder.resolve("none.safetensors")))
        .isInstanceOf(WeightFileException.class)
        .hasMessageContaining("none.safetensors: there is no such file");
  }

  private Path file(byte[] header, byte[] data) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + header.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(header.length).put(header).put(data);
    Path file = folder.resolve("hostile.safetensors");
    Files.write(file, bytes.array());
    return file;
  }
}
