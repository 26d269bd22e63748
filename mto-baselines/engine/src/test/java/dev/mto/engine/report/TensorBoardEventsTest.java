package dev.mto.engine.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardEventsTest {
  private static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(1), ZoneOffset.UTC);

  /** Made by another program from the formats' definitions. */
  private static final String GOLDEN =
      "1800000000000000a37f4b2209000000000000f03f1a0d627261696e2e457665"
          + "6e743a3286bf577a"
          + "1b000000000000001a0d9e1309000000000000f03f10ac022a0d0a0b0a046c6f"
          + "7373150000003f4e5c1fd1";

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = folder.resolve("events");
  }

  @Test
  void checksumIsTheMaskedCastagnoliOneOfItsStandardCheckString() {
    byte[] check = "123456789".getBytes(StandardCharsets.US_ASCII);
    // CRC-32C("123456789") = e3069283; rotated right by 15 bits, plus a282ead8.
    assertThat(TfRecords.maskedCrc(check, 0, check.length)).isEqualTo(0xc78ab0e5);
  }

  @Test
  void writesTheseBytes() throws IOException {
    try (TensorBoardEvents events = TensorBoardEvents.append(file, CLOCK)) {
      events.write(300, Map.of("loss", 0.5));
    }

    byte[] written = Files.readAllBytes(file);

    assertThat(HexFormat.of().formatHex(written)).isEqualTo(GOLDEN);
  }

  @Test
  void anEventOfSeveralScalarsIsTheseBytes() throws IOException {
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("h\u00e9t\u00e9rog\u00e9n\u00e9it\u00e9", Double.NaN);
    values.put("lr", 0.0);
    values.put("loss.e", -1.0 / 3);

    byte[] event = EventMessage.scalars(1_700_000_000.5, (1L << 35) + 1, values);

    assertThat(HexFormat.of().formatHex(event))
        .isEqualTo(
            "0900002040fc54d941108180808080012a350a190a1268c3a974c3a9726f67c3a96ec3a9"
                + "6974c3a9150000c07f0a090a026c7215000000000a0d0a066c6f73732e6515abaaaabe");
    assertThat(EventMessage.step(event)).isEqualTo((1L << 35) + 1);
  }

  @Test
  void appendsToAnOpenedFileWithoutASecondVersion() throws IOException {
    write(1, 2);
    write(3, 3);

    assertThat(steps()).containsExactly(0L, 1L, 2L, 3L);
  }

  @Test
  void truncatedAndContinuedEqualsUndisturbed() throws IOException {
    write(1, 10);
    byte[] undisturbed = Files.readAllBytes(file);

    TensorBoardEvents.truncateAfter(file, 6);
    assertThat(steps()).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L);
    write(7, 10);

    assertThat(Files.readAllBytes(file)).isEqualTo(undisturbed);
  }

  @Test
  void dropsAHalfWrittenLastRecordWhereverItIsCut() throws IOException {
    write(1, 2);
    byte[] whole = Files.readAllBytes(file);
    write(3, 3);
    byte[] longer = Files.readAllBytes(file);

    for (int length = whole.length; length < longer.length; length++) {
      Files.write(file, Arrays.copyOf(longer, length));
      TensorBoardEvents.truncateAfter(file, Long.MAX_VALUE);
      assertThat(Files.readAllBytes(file)).isEqualTo(whole);
    }
  }

  @Test
  void dropsARecordWhoseChecksumIsWrong() throws IOException {
    write(1, 2);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 6] ^= 1;
    Files.write(file, bytes, StandardOpenOption.TRUNCATE_EXISTING);

    TensorBoardEvents.truncateAfter(file, 2);

    assertThat(steps()).containsExactly(0L, 1L);
  }

  @Test
  void truncatingAnAbsentFileDoesNothing() throws IOException {
    TensorBoardEvents.truncateAfter(file, 2);

    assertThat(file).doesNotExist();
  }

  private void write(long from, long to) throws IOException {
    try (TensorBoardEvents events = TensorBoardEvents.append(file, CLOCK)) {
      for (long step = from; step <= to; step++) {
        events.write(step, Map.of("loss", 1.0 / step));
      }
    }
  }

  private List<Long> steps() throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(Files.readAllBytes(file)));
    List<Long> steps = new ArrayList<>();
    for (Optional<byte[]> event = TfRecords.next(in);
        event.isPresent();
        event = TfRecords.next(in)) {
      steps.add(EventMessage.step(event.get()));
    }
    assertThat(in.read()).isEqualTo(-1);
    return steps;
  }
}
