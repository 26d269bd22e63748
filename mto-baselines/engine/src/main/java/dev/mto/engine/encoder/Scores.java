package dev.mto.engine.encoder;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * How well images were classified.
 *
 * @param images how many
 * @param top1 share whose class came first
 * @param top5 share whose class was among the first five, or among all where there are fewer
 * @param confusion images by true class (rows) and predicted class (columns)
 */
public record Scores(long images, double top1, double top5, List<List<Integer>> confusion) {
  /** Collects predictions batch by batch. */
  public static final class Counter {
    private final int classes;
    private final Evaluation evaluation;
    private long images;
    private long amongFive;

    /**
     * Counts nothing yet.
     *
     * @throws IllegalArgumentException for fewer than two classes, which nothing is told apart by
     */
    public Counter(List<String> classes) {
      if (classes.size() < 2) {
        throw new IllegalArgumentException(
            "classes: %s, where at least two are needed to tell images apart".formatted(classes));
      }
      this.classes = classes.size();
      this.evaluation = new Evaluation(classes);
    }

    /**
     * Adds a batch.
     *
     * @param labels [B]
     * @param scores [B, K], larger for a more likely class
     */
    public void add(int[] labels, INDArray scores) {
      float[][] truth = new float[labels.length][classes];
      float[][] given = scores.toFloatMatrix();
      for (int i = 0; i < labels.length; i++) {
        truth[i][labels[i]] = 1;
        amongFive += before(labels[i], given[i]) < 5 ? 1 : 0;
      }
      try (INDArray expected = Nd4j.createFromArray(truth)) {
        evaluation.eval(expected, scores);
      }
      images += labels.length;
    }

    /**
     * Classes that come before one: of equal scores the first class, as for top-1. ND4J's top-N
     * lets all of them in, and k-NN gives none to every class without a neighbour.
     */
    private static int before(int label, float... scores) {
      int before = 0;
      for (int other = 0; other < scores.length; other++) {
        boolean first =
            scores[other] > scores[label] || (scores[other] == scores[label] && other < label);
        before += first ? 1 : 0;
      }
      return before;
    }

    /** How many were added so far. */
    public long images() {
      return images;
    }

    /**
     * How well those that were added were classified.
     *
     * @throws IllegalStateException where there are none
     */
    public Scores scores() {
      List<List<Integer>> confusion = new ArrayList<>();
      for (int truth = 0; truth < classes; truth++) {
        List<Integer> row = new ArrayList<>();
        for (int predicted = 0; predicted < classes; predicted++) {
          row.add(evaluation.getConfusionMatrix().getCount(truth, predicted));
        }
        confusion.add(row);
      }
      return new Scores(images, evaluation.accuracy(), (double) amongFive / images, confusion);
    }
  }
}
