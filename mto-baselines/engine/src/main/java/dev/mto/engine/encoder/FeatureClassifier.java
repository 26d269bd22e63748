package dev.mto.engine.encoder;

import java.util.List;

/** Classifies images by frozen features. */
@FunctionalInterface
public interface FeatureClassifier {
  /**
   * Learns from {@code train} and classifies {@code queries}. It may scale both in place.
   *
   * @param classes their names; a label is an index into them
   */
  Scores classify(FeatureTable train, FeatureTable queries, List<String> classes);
}
