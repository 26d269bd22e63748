package dev.mto.models;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class PatchesTest {
  private static final VitConfig VIT =
      new VitConfig(3, 4, 6, 2, 4, 1, 1, 4, 0, 0, VitConfig.OFFICIAL_INIT_STD);

  private final Patches patches = new Patches(VIT);
  private final INDArray images =
      Nd4j.arange(2 * 3 * 4 * 6).castTo(DataType.DOUBLE).reshape('c', 2, 3, 4, 6);
  private final SDVariable variable = SameDiff.create().constant(images);

  @Test
  void patchesGoRowByRowAndPixelsChannelByChannel() {
    INDArray split = patches.split(variable).eval();

    assertThat(split.shape()).containsExactly(2 * 6, 3 * 2 * 2);
    // patch 4 of image 1 is at rows 2-3, columns 2-3
    assertThat(split.getRow(6 + 4).toDoubleVector())
        .containsExactly(
            pixel(0, 2, 2),
            pixel(0, 2, 3),
            pixel(0, 3, 2),
            pixel(0, 3, 3),
            pixel(1, 2, 2),
            pixel(1, 2, 3),
            pixel(1, 3, 2),
            pixel(1, 3, 3),
            pixel(2, 2, 2),
            pixel(2, 2, 3),
            pixel(2, 3, 2),
            pixel(2, 3, 3));
  }

  @Test
  void channelLastPatchesHoldTheChannelsOfAPixelTogether() {
    INDArray split = patches.splitChannelLast(variable).eval();

    assertThat(split.getRow(6 + 4).toDoubleVector())
        .startsWith(pixel(0, 2, 2), pixel(1, 2, 2), pixel(2, 2, 2), pixel(0, 2, 3));
  }

  @Test
  void joiningUndoesSplitting() {
    assertThat(patches.join(patches.split(variable)).eval()).isEqualTo(images);
    assertThat(patches.joinChannelLast(patches.splitChannelLast(variable)).eval())
        .isEqualTo(images);
  }

  private double pixel(int channel, int row, int column) {
    return images.getDouble(1, channel, row, column);
  }
}
