package dev.mto.data.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.data.image.Pictures;
import dev.mto.data.pixels.Pixels;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TiffSamplesTest {
  private static final int HEIGHT = 21;
  private static final int WIDTH = 18;

  private static byte[] read(byte[] file) throws Exception {
    return TiffSamples.of(file).orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 7})
  void everyLayoutGivesEveryValue(int channels) throws Exception {
    List<UnaryOperator<TiffFile>> layouts =
        List.of(
            UnaryOperator.identity(),
            TiffFile::deflated,
            TiffFile::packedBits,
            TiffFile::planar,
            TiffFile::bigEndian,
            file -> file.differences().deflated(),
            file -> file.strips(4),
            file -> file.tiles(16),
            file -> file.bigEndian().planar().tiles(16).differences().deflated());
    for (int bits : new int[] {8, 16}) {
      Pixels noise = Pictures.noise(HEIGHT, WIDTH, channels, bits);
      for (int i = 0; i < layouts.size(); i++) {
        byte[] file = layouts.get(i).apply(new TiffFile(noise)).bytes();
        assertThat(read(file)).as("layout %d, %d bits", i, bits).isEqualTo(noise.values());
      }
    }
  }

  /** As libtiff, which knows them in its codecs alone. */
  @Test
  void differencesWithoutACodecAreNone() throws Exception {
    Pixels noise = Pictures.noise(HEIGHT, WIDTH, 1, 8);

    assertThat(read(new TiffFile(noise).with(317, 2).bytes())).isEqualTo(noise.values());
  }

  /** Enough noise that codes grow to twelve bits and begin again. */
  @Test
  void lzwOfAnotherProgramGivesEveryValue() throws Exception {
    for (int bits : new int[] {8, 16}) {
      Pixels noise = Pictures.noise(90, 100, 1, bits);
      byte[] file = Pictures.encode(".tiff", noise);
      assertThat(TiffDirectory.read(file).compression()).isEqualTo(TiffDirectory.LZW);
      assertThat(read(file)).isEqualTo(noise.values());
      Pixels flat = new Pixels(new byte[9000 * bits / 8], 90, 100, 1, bits);
      assertThat(read(Pictures.encode(".tiff", flat))).isEqualTo(flat.values());
    }
  }

  @Test
  void whiteThatIsZeroIsTurned() throws Exception {
    Pixels noise = Pictures.noise(HEIGHT, WIDTH, 1, 16);
    byte[] turned = read(new TiffFile(noise).with(262, 0).bytes());
    for (int i = 0; i < turned.length; i++) {
      assertThat(turned[i]).isEqualTo((byte) ~noise.values()[i]);
    }
  }

  @Test
  void whatIsNotReadIsNamed() {
    Pixels noise = Pictures.noise(HEIGHT, WIDTH, 1, 16);
    assertRefused(new TiffFile(noise).with(339, 3).bytes(), "16-bit floating-point values");
    assertRefused(new TiffFile(noise).with(258, 32).bytes(), "32-bit unsigned values");
    assertRefused(new TiffFile(noise).with(339, 2).bytes(), "16-bit signed values");
    assertRefused(new TiffFile(noise).with(259, 50000).bytes(), "compression 50000");
    byte[] big = new TiffFile(noise).bytes();
    big[2] = 43;
    assertRefused(big, "BigTIFF");
  }

  @Test
  void damagedDataAreNoticed() {
    Pixels noise = Pictures.noise(HEIGHT, WIDTH, 1, 16);
    byte[] deflated = new TiffFile(noise).deflated().bytes();
    Arrays.fill(deflated, 100, 200, (byte) 0x55);
    assertThatThrownBy(() -> read(deflated)).hasMessageContaining("damaged TIFF");
    assertRefused(new TiffFile(noise).with(257, 40).bytes(), "too few pixels");
  }

  private static void assertRefused(byte[] file, String message) {
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining(message);
  }
}
