package dev.mto.engine.encoder;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Weighted k-nearest-neighbour classification on frozen features (Wu et al., Instance
 * Discrimination, CVPR 2018; Caron et al., DINO, ICCV 2021): each of the k images of highest cosine
 * similarity s votes for its class with exp(s/T). Similarities are made block by block.
 *
 * @param k neighbours
 * @param temperature T
 */
public record NearestNeighbours(int k, double temperature) implements FeatureClassifier {
  private static final int QUERIES = 256;
  private static final int BLOCK = 8192;

  /** 20 neighbours, T = .07, as DINO's. */
  public static NearestNeighbours usual() {
    return new NearestNeighbours(20, 0.07);
  }

  /** Classifies images; the features are scaled to norm 1. */
  @Override
  public Scores classify(FeatureTable train, FeatureTable queries, List<String> classes) {
    train.normalised();
    queries.normalised();
    Scores.Counter counter = new Scores.Counter(classes);
    for (int from = 0; from < queries.size(); from += QUERIES) {
      int to = Math.min(queries.size(), from + QUERIES);
      CosineSearch search = nearest(train, queries.rows(from, to));
      float[][] votes = new float[to - from][];
      int[] labels = new int[to - from];
      for (int q = 0; q < votes.length; q++) {
        votes[q] = votes(search.nearest(q), train, classes.size());
        labels[q] = queries.label(from + q);
      }
      try (INDArray scores = Nd4j.createFromArray(votes)) {
        counter.add(labels, scores);
      }
    }
    return counter.scores();
  }

  private CosineSearch nearest(FeatureTable train, INDArray queries) {
    CosineSearch search = new CosineSearch(queries, Math.min(k, train.size()));
    for (int from = 0; from < train.size(); from += BLOCK) {
      search.among(from, train.rows(from, Math.min(train.size(), from + BLOCK)));
    }
    return search;
  }

  private float[] votes(Nearest nearest, FeatureTable train, int classes) {
    float[] votes = new float[classes];
    for (int i = 0; i < nearest.size(); i++) {
      votes[train.label(nearest.image(i))] +=
          (float) Math.exp((nearest.similarity(i) - nearest.largest()) / temperature);
    }
    return votes;
  }
}
