package dev.mto.executor.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

class SmallerBatchTest {
  private static final long BESIDES = 1000; // bytes
  private static final long AN_IMAGE = 10;

  private static SmallerBatch of(long images, long available) {
    SameDiff graph = SameDiff.create();
    graph.placeHolder("images", DataType.FLOAT, -1, 3, 8, 8);
    graph.placeHolder("dropped", DataType.FLOAT, 8, -1);
    graph.placeHolder("weight", DataType.FLOAT);
    return new SmallerBatch(
        graph,
        Map.of(
            "images", new FeedFacts(List.of(images, 3L, 8L, 8L), false, -1),
            "dropped", new FeedFacts(List.of(8L, images), false, -1),
            "weight", new FeedFacts(List.of(), false, -1)),
        feeds -> bytes(feeds) <= available);
  }

  private static long bytes(Map<String, FeedFacts> feeds) {
    long images = feeds.get("images").shape().get(0);
    assertThat(feeds.get("images").extents()).containsExactly(images, 3, 8, 8);
    assertThat(feeds.get("dropped").extents()).containsExactly(8, images);
    assertThat(feeds.get("weight").extents()).isEmpty();
    return BESIDES + AN_IMAGE * images;
  }

  @Test
  void theLargestThatFitsIsFound() {
    assertThat(of(64, 0).images()).isEqualTo(64);
    for (long fits : new long[] {1, 7, 8, 31, 32, 62, 63}) {
      long just = BESIDES + AN_IMAGE * fits;
      assertThat(of(64, just).thatFits()).as("just").hasValue(fits);
      assertThat(of(64, just + AN_IMAGE - 1).thatFits()).as("not one more").hasValue(fits);
    }
  }

  @Test
  void noneMayFit() {
    assertThat(of(64, BESIDES).thatFits()).hasValue(0);
    assertThat(of(1, 1).thatFits()).hasValue(0);
  }

  @Test
  void nothingIsSaidWhereThereIsNoPlanForOthers() {
    SmallerBatch batch = of(64, 1);
    SmallerBatch fixed =
        new SmallerBatch(
            batch.graph(),
            batch.feeds(),
            feeds -> {
              throw new UnsupportedGraphException("a graph that knows its batch");
            });
    assertThat(fixed.thatFits()).isEmpty();
  }
}
