package dev.mto.engine.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.errors.UserException;
import dev.mto.models.weights.SafeTensors;
import dev.mto.models.weights.WeightFileException;
import dev.mto.oracle.Bits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class CheckpointStoreTest {
  @TempDir private Path folder;
  private final List<String> warnings = new ArrayList<>();

  @Test
  void aCheckpointComesBackBitForBit() {
    Checkpoint saved = checkpoint(7);
    store().saveLast(saved);

    Checkpoint loaded = store().newest(warnings::add).orElseThrow();

    assertThat(loaded.position()).isEqualTo(saved.position());
    assertThat(loaded.tensors()).containsOnlyKeys(saved.tensors().keySet());
    saved
        .tensors()
        .forEach(
            (name, tensor) -> {
              INDArray copy = loaded.tensors().get(name);
              assertThat(copy.dataType()).isEqualTo(tensor.dataType());
              assertThat(copy.shape()).isEqualTo(tensor.shape());
              assertThat(Bits.of(copy)).isEqualTo(Bits.of(tensor));
            });
    assertThat(warnings).isEmpty();
  }

  @Test
  void theCompanionTellsThePosition() throws IOException {
    store().saveLast(checkpoint(7));

    Checkpoint.Position told =
        new ObjectMapper()
            .readValue(folder.resolve("last.json").toFile(), Checkpoint.Position.class);
    assertThat(told).isEqualTo(checkpoint(7).position());
  }

  @Test
  void thereIsNothingBeforeTheFirstCheckpoint() {
    assertThat(store().newest(warnings::add)).isEmpty();
    assertThat(new CheckpointStore(folder.resolve("none"), 1).newest(warnings::add)).isEmpty();
  }

  @Test
  void aTruncatedLastGivesWayToTheEpochBeforeIt() throws IOException {
    store().saveEpoch(checkpoint(10), 1);
    store().saveLast(checkpoint(12));
    byte[] bytes = Files.readAllBytes(last());
    Files.write(last(), Arrays.copyOf(bytes, bytes.length - 5));

    assertThat(store().newest(warnings::add).orElseThrow().position().step()).isEqualTo(10);
    assertThat(warnings)
        .singleElement()
        .asString()
        .contains("last.safetensors")
        .endsWith("; trying the checkpoint before it");
  }

  @Test
  void oneFlippedBitOfLastGivesWayToTheEpochBeforeIt() throws IOException {
    store().saveEpoch(checkpoint(10), 1);
    store().saveLast(checkpoint(12));
    byte[] bytes = Files.readAllBytes(last());
    bytes[bytes.length - 3] ^= 1;
    Files.write(last(), bytes);

    assertThat(store().newest(warnings::add).orElseThrow().position().step()).isEqualTo(10);
    assertThat(warnings).singleElement().asString().contains("checksum does not match");
  }

  @Test
  void severalDamagedFilesAreAllToldAndTheNewestWholeOneIsUsed() throws IOException {
    store().saveEpoch(checkpoint(10), 1);
    store().saveEpoch(checkpoint(20), 2);
    store().saveLast(checkpoint(22));
    Files.write(last(), new byte[0]);
    Files.write(folder.resolve("epoch-0002.safetensors"), new byte[] {1, 2, 3});

    assertThat(store().newest(warnings::add).orElseThrow().position().step()).isEqualTo(10);
    assertThat(warnings).hasSize(2);
  }

  @Test
  void noWholeCheckpointIsAnErrorNotAFreshStart() throws IOException {
    store().saveLast(checkpoint(3));
    Files.write(last(), new byte[20]);

    assertThatThrownBy(() -> store().newest(warnings::add))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining("no checkpoint in it is whole")
        .hasMessageContaining("--out");
  }

  @Test
  void theStateAfterTheMostStepsIsTheNewestWhateverItsName() {
    store().saveLast(checkpoint(12));
    store().saveEpoch(checkpoint(16), 4);

    assertThat(store().newest(warnings::add).orElseThrow().position().step()).isEqualTo(16);
    assertThat(warnings).isEmpty();
  }

  @Test
  void aCheckpointThatCannotBeReadGivesWayToo() throws IOException {
    store().saveEpoch(checkpoint(10), 1);
    Files.createDirectory(last());

    assertThat(store().newest(warnings::add).orElseThrow().position().step()).isEqualTo(10);
    assertThat(warnings).singleElement().asString().contains("last.safetensors: cannot be read");
  }

  @Test
  void aCheckpointThatWasDeletedIsNoFreshStart() throws IOException {
    store().saveLast(checkpoint(3));
    Files.delete(last());

    assertThatThrownBy(() -> store().newest(warnings::add))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("last.json: tells of last.safetensors, which is not there any more");
  }

  @Test
  void everyFlippedBitAndEveryTruncationIsFoundOrChangesNothing() throws IOException {
    store().saveLast(checkpoint(12));
    byte[] whole = Files.readAllBytes(last());
    Path damaged = folder.resolve("damaged.safetensors");
    int harmless = 0;
    for (int bit = 0; bit < 8 * whole.length; bit++) {
      byte[] bytes = whole.clone();
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
      harmless += isFoundOrChangesNothing(Files.write(damaged, bytes)) ? 1 : 0;
    }
    for (int length = 0; length < whole.length; length++) {
      Files.write(damaged, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> CheckpointStore.read(damaged))
          .isInstanceOf(WeightFileException.class);
    }
    assertThat(harmless).as("flips of blanks and of the word format").isLessThan(whole.length / 2);
  }

  private static boolean isFoundOrChangesNothing(Path damaged) {
    Checkpoint read;
    try {
      read = CheckpointStore.read(damaged);
    } catch (WeightFileException e) {
      return false;
    }
    assertThat(read.position()).isEqualTo(checkpoint(12).position());
    checkpoint(12)
        .tensors()
        .forEach(
            (name, tensor) ->
                assertThat(Bits.of(read.tensors().get(name))).isEqualTo(Bits.of(tensor)));
    return true;
  }

  @Test
  void theChecksumOfTensorsIsOfTheirValuesWhereverTheyLie() {
    INDArray dense = Nd4j.createFromArray(new float[][] {{1, 2}, {3, 4}});
    INDArray view = Nd4j.createFromArray(new float[][] {{1, 3}, {2, 4}}).transpose();

    assertThat(Checksum.ofTensors(Map.of("w", view)))
        .isEqualTo(Checksum.ofTensors(Map.of("w", dense)))
        .isNotEqualTo(Checksum.ofTensors(Map.of("w", dense.neg())));
  }

  @Test
  void anOlderCheckpointWithAChecksumOfItsTensorsAloneIsRead() throws IOException {
    CRC32C sum = new CRC32C();
    sum.update("w".getBytes(StandardCharsets.UTF_8));
    sum.update(
        ByteBuffer.allocate(8).order(ByteOrder.nativeOrder()).putFloat(1).putFloat(2).array());
    String position = "{'step':7,'epoch':1,'stepInEpoch':3,'baseline':'m','model':'n'}";
    Path old = folder.resolve("old.safetensors");
    SafeTensors.write(
        old,
        Map.of("w", Nd4j.createFromArray(1f, 2f)),
        Map.of(
            "mto.checksum", "crc32c:%08x".formatted(sum.getValue()),
            "mto.position", position.replace('\'', '"')));

    assertThat(CheckpointStore.read(old).position().step()).isEqualTo(7);
  }

  @Test
  void theNewestNumberedCheckpointsAreKept() throws IOException {
    CheckpointStore store = new CheckpointStore(folder, 2);
    for (int epoch : new int[] {9, 10, 9999, 10000}) {
      store.saveEpoch(checkpoint(epoch), epoch);
    }

    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "epoch-9999.safetensors",
              "epoch-9999.json",
              "epoch-10000.safetensors",
              "epoch-10000.json");
    }
  }

  @Test
  void anotherFileIsNotACheckpoint() throws IOException {
    Path weights = folder.resolve("weights.safetensors");
    SafeTensors.write(weights, Map.of("a", Nd4j.ones(2)), Map.of());

    assertThatThrownBy(() -> CheckpointStore.read(weights))
        .isInstanceOf(WeightFileException.class)
        .hasMessageContaining("not a training checkpoint");
  }

  private CheckpointStore store() {
    return new CheckpointStore(folder, 3);
  }

  private Path last() {
    return folder.resolve("last.safetensors");
  }

  private static Checkpoint checkpoint(long step) {
    Map<String, INDArray> tensors = new LinkedHashMap<>();
    tensors.put("weight", Nd4j.createFromArray(new float[][] {{1.1f, -0f, 3e-41f}, {step, 2, 7}}));
    tensors.put("bias", Nd4j.createFromArray(0.1f, Float.MAX_VALUE));
    return new Checkpoint(
        new Checkpoint.Position(step, (int) step / 4, step % 4, "method", "model", null), tensors);
  }
}
