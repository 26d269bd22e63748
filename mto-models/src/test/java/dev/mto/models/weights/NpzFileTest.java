package dev.mto.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.oracle.Bits;
import dev.mto.oracle.Oracle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class NpzFileTest {
  @TempDir private Path folder;

  @Test
  void archiveAndCheckpointOfTheSameModelAreEqual() {
    Path model = Oracle.cases("c_simmim").get(0);

    Map<String, INDArray> archive = WeightFile.read(model.resolve("weights.npz"));

    assertThat(Bits.of(archive))
        .isNotEmpty()
        .isEqualTo(Bits.of(WeightFile.read(model.resolve("weights.pth"))));
    assertThat(Bits.of(archive)).isEqualTo(Bits.of(Oracle.npz(model.resolve("weights.npz"))));
  }

  @Test
  void fortranOrderIsTurned() throws IOException {
    byte[] values = floats(0, 3, 1, 4, 2, 5);
    Path file = npz("'<f4', 'fortran_order': True, 'shape': (2, 3), ", values);

    INDArray array = NpzFile.read(file).get("a");

    assertThat(array.toFloatMatrix()).isEqualTo(new float[][] {{0, 1, 2}, {3, 4, 5}});
    assertThat(array.ordering()).isEqualTo('c');
  }

  @Test
  void scalarsKeepTheirTypeAndShape() throws IOException {
    INDArray scalar =
        NpzFile.read(npz("'<f4', 'fortran_order': False, 'shape': (), ", floats(2))).get("a");

    assertThat(scalar.shape()).isEmpty();
    assertThat(scalar.dataType()).isEqualTo(DataType.FLOAT);
    assertThat(scalar.getFloat(0)).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`'|O', 'fortran_order': False, 'shape': (2,), `|unknown type '|O'",
        "`'<f4', 'fortran_order': False, 'shape': (3,), `|ends early",
        "`'<f4', 'fortran_order': False, 'shape': (1,), `|more than its shape says",
        "`'<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), `|too large",
        "`'<f4', 'fortran_order': False, 'shape': (400000000, 4), `|above 2 GiB",
        "`'<f4', 'shape': (2,), `|unknown header"
      })
  void hostileArraysAreRefused(String description, String problem) throws IOException {
    Path file = npz(description, floats(1, 2));

    assertThatThrownBy(() -> NpzFile.read(file))
        .isInstanceOf(WeightFileException.class)
        .hasMessageContaining(file + ": array 'a'")
        .hasMessageContaining(problem);
  }

  @Test
  void otherContentIsRefused() throws IOException {
    Path file = folder.resolve("other.npz");
    DamagedFiles.write(file, Map.of("readme.txt", new byte[3]), true);

    assertThatThrownBy(() -> WeightFile.read(file))
        .isInstanceOf(WeightFileException.class)
        .hasMessageContaining("readme.txt");
  }

  private Path npz(String description, byte[] values) throws IOException {
    byte[] header = ("{'descr': " + description + "}").getBytes(StandardCharsets.US_ASCII);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    out.write(header.length);
    out.write(0);
    out.write(header);
    out.write(values);
    Path file = folder.resolve("array.npz");
    DamagedFiles.write(file, Map.of("a.npy", out.toByteArray()), true);
    return file;
  }

  private static byte[] floats(float... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return bytes.array();
  }
}
