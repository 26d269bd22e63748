package dev.mto.executor.plan;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;
import org.nd4j.autodiff.samediff.SameDiff;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the largest batch whose plan fits into memory, from the sizes of plans, which take none.
 *
 * @param graph whose placeholders have -1 for the number of images
 * @param feeds facts of the batch that does not fit
 * @param bytes memory that a plan for such feeds needs
 */
record SmallerBatch(
    SameDiff graph, Map<String, FeedFacts> feeds, ToLongFunction<Map<String, FeedFacts>> bytes) {
  private static final Logger LOG = LoggerFactory.getLogger(SmallerBatch.class);

  /** Images of the batch; 1 where no placeholder tells. */
  long images() {
    for (Map.Entry<String, FeedFacts> feed : feeds.entrySet()) {
      long[] declared = declared(feed.getKey());
      for (int i = 0; i < declared.length; i++) {
        if (declared[i] == -1) {
          return feed.getValue().shape().get(i);
        }
      }
    }
    return 1;
  }

  /**
   * Images of the largest batch that fits, 0 where none does; empty where there is no plan for
   * others.
   *
   * @param available bytes of memory
   */
  OptionalLong thatFits(long available) {
    try {
      return OptionalLong.of(search(available));
    } catch (RuntimeException e) {
      LOG.debug("no plan for another batch", e);
      return OptionalLong.empty();
    }
  }

  /** By halves, as more images never need less. */
  private long search(long available) {
    long fits = 0;
    long tooMany = images();
    while (tooMany - fits > 1) {
      long middle = (fits + tooMany) / 2;
      if (need(middle) <= available) {
        fits = middle;
      } else {
        tooMany = middle;
      }
    }
    return fits;
  }

  private long need(long images) {
    Map<String, FeedFacts> smaller = new HashMap<>();
    feeds.forEach((name, facts) -> smaller.put(name, facts.of(images, declared(name))));
    return bytes.applyAsLong(smaller);
  }

  private long[] declared(String placeholder) {
    long[] shape = graph.getVariable(placeholder).placeholderShape();
    return shape == null ? new long[0] : shape;
  }
}
