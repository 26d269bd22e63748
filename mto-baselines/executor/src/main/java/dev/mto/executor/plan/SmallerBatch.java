package dev.mto.executor.plan;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.nd4j.autodiff.samediff.SameDiff;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the largest batch for which there is memory, by trying.
 *
 * @param graph whose placeholders have -1 for the number of images
 * @param feeds facts of the batch that does not fit
 * @param fits whether there is memory for such feeds
 */
record SmallerBatch(
    SameDiff graph, Map<String, FeedFacts> feeds, Predicate<Map<String, FeedFacts>> fits) {
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
   */
  OptionalLong thatFits() {
    try {
      return OptionalLong.of(search());
    } catch (RuntimeException e) {
      LOG.debug("no plan for another batch", e);
      return OptionalLong.empty();
    }
  }

  /** By halves, as more images never need less. */
  private long search() {
    long fitting = 0;
    long tooMany = images();
    while (tooMany - fitting > 1) {
      long middle = (fitting + tooMany) / 2;
      if (fits.test(feeds(middle))) {
        fitting = middle;
      } else {
        tooMany = middle;
      }
    }
    return fitting;
  }

  private Map<String, FeedFacts> feeds(long images) {
    Map<String, FeedFacts> smaller = new HashMap<>();
    feeds.forEach((name, facts) -> smaller.put(name, facts.of(images, declared(name))));
    return smaller;
  }

  private long[] declared(String placeholder) {
    long[] shape = graph.getVariable(placeholder).placeholderShape();
    return shape == null ? new long[0] : shape;
  }
}
