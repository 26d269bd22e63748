package dev.mto.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Files that would take much memory or time, or speak to the terminal. */
class HostileWeightsTest {
  @TempDir private Path folder;

  @Test
  void aStorageIsReadOnceHoweverItsTensorsAlternate() throws IOException {
    List<String> read = new ArrayList<>();
    Map<String, TorchTensor> tensors = new LinkedHashMap<>();
    for (int i = 0; i < 100; i++) {
      TorchTensor.Storage storage = new TorchTensor.Storage("s" + i % 2, DataType.FLOAT, 50);
      tensors.put("t" + i, new TorchTensor(storage, i / 2, new long[] {1}, new long[] {1}));
    }

    Map<String, INDArray> values = TorchFile.values(new Counting(read), tensors);

    assertThat(read).containsExactly("s0", "s1");
    assertThat(values.keySet()).containsExactlyElementsOf(tensors.keySet());
    assertThat(values.get("t7").getFloat(0)).isEqualTo(3);
  }

  /** Storages that hold 0, 1, 2, … and tell that they were read. */
  private record Counting(List<String> read) implements TorchFile.Container {
    @Override
    public Object content() {
      throw new UnsupportedOperationException();
    }

    @Override
    public ByteBuffer values(String tensor, TorchTensor.Storage storage) {
      read.add(storage.key());
      ByteBuffer values =
          ByteBuffer.allocate((int) storage.elements() * Float.BYTES)
              .order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < storage.elements(); i++) {
        values.putFloat(i * Float.BYTES, i);
      }
      return values;
    }

    @Override
    public void close() {}
  }

  @Test
  void anArchiveThatUnpacksToFarMoreThanItHoldsIsRefusedBeforeItDoes() throws IOException {
    Path file = folder.resolve("bomb.npz");
    String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (100000000,), }";
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("w.npy"));
      zip.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
      zip.write(new byte[] {(byte) header.length(), 0});
      zip.write(header.getBytes(StandardCharsets.US_ASCII));
    }

    assertThatThrownBy(() -> WeightFile.read(file))
        .isInstanceOf(WeightFileException.class)
        .hasMessage(file + ": array 'w' unpacks to far more than its file holds, as no model does");
  }

  @ParameterizedTest
  @ValueSource(strings = {"blocks\u001b[2J", "a\nb", "a\u202eb", "a\u0000"})
  void aNameThatSpeaksToTheTerminalIsRefusedAndNotRepeated(String name) throws IOException {
    Path file = folder.resolve("names.safetensors");
    SafeTensors.write(file, Map.of(name, Nd4j.ones(1)), Map.of());

    for (Runnable use :
        List.<Runnable>of(() -> WeightFile.read(file), () -> WeightFile.describe(file))) {
      assertThatThrownBy(use::run)
          .isInstanceOf(WeightFileException.class)
          .hasMessageContaining("which no model has")
          .message()
          .doesNotContainPattern("\\p{Cntrl}");
    }
  }

  @Test
  void aNameOfMegabytesIsRefusedInALine() throws IOException {
    Path file = folder.resolve("long.safetensors");
    SafeTensors.write(file, Map.of("x".repeat(3_000_000), Nd4j.ones(1)), Map.of());

    assertThatThrownBy(() -> WeightFile.describe(file))
        .isInstanceOf(WeightFileException.class)
        .hasMessageContaining("of 3000000 characters")
        .message()
        .hasSizeLessThan(1100);
  }
}
