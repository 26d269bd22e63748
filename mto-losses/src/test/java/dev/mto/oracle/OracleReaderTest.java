package dev.mto.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.opentest4j.TestAbortedException;

class OracleReaderTest {

  private String configured;

  @TempDir private Path folder;

  @BeforeEach
  void rememberTheProperty() {
    configured = System.getProperty("mto.oracle", "");
  }

  @AfterEach
  void restoreTheProperty() {
    System.setProperty("mto.oracle", configured);
  }

  @Test
  void familiesAreFoundInTheGivenFolderOrOneBelowIt() throws IOException {
    Files.createDirectories(folder.resolve("direct/case1"));
    Files.createDirectories(folder.resolve("direct/case0"));
    Files.createDirectories(folder.resolve("visible/nested"));
    System.setProperty("mto.oracle", folder.toString());
    assertThat(Oracle.cases("direct"))
        .containsExactly(folder.resolve("direct/case0"), folder.resolve("direct/case1"));
    assertThat(Oracle.folder("nested")).isEqualTo(folder.resolve("visible/nested"));
  }

  @Test
  void aFamilyMissingInTheGivenFolderAbortsTheTest() {
    System.setProperty("mto.oracle", folder.toString());
    assertThatThrownBy(() -> Oracle.folder("a_mto")).isInstanceOf(TestAbortedException.class);
  }

  @Test
  void aFamilyMissingFromTheModulesResourcesFails() {
    System.setProperty("mto.oracle", "");
    assertThatThrownBy(() -> Oracle.folder("no_such_family"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("oracle/no_such_family");
  }

  @Test
  void readsTheMembersOfAnNpz() throws IOException {
    ByteBuffer floats = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 6; i++) {
      floats.putFloat(i + 0.5f);
    }
    ByteBuffer longs = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(1L << 40);
    Path file = folder.resolve("arrays.npz");
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      write(zip, "norm.weight", "<f4", "(2, 3)", floats.array());
      write(zip, "step", "<i8", "()", longs.array());
    }
    Map<String, INDArray> arrays = Oracle.npz(file);
    assertThat(arrays).containsOnlyKeys("norm.weight", "step");
    assertThat(arrays.get("norm.weight").dataType()).isEqualTo(DataType.FLOAT);
    assertThat(arrays.get("norm.weight").getFloat(1, 0)).isEqualTo(3.5f);
    assertThat(arrays.get("step").dataType()).isEqualTo(DataType.INT64);
    assertThat(arrays.get("step").getLong(0)).isEqualTo(1L << 40);
  }

  private static void write(
      ZipOutputStream zip, String name, String type, String shape, byte[] values)
      throws IOException {
    String header =
        "{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n".formatted(type, shape);
    zip.putNextEntry(new ZipEntry(name + ".npy"));
    zip.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    zip.write(header.length());
    zip.write(0);
    zip.write(header.getBytes(StandardCharsets.US_ASCII));
    zip.write(values);
  }
}
