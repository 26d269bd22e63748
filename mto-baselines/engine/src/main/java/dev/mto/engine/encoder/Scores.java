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

    public Counter(List<String> classes) {
      this.classes = classes.size();
      this.evaluation = new Evaluation(classes, Math.min(5, classes.size()));
    }

    /**
     * Adds a batch.
     *
     * @param labels [B]
     * @param scores [B, K], larger for a more likely class
     */
    public void add(int[] labels, INDArray scores) {
      float[][] truth = new float[labels.length][classes];
      for (int i = 0; i < labels.length; i++) {
        truth[i][labels[i]] = 1;
      }
      try (INDArray expected = Nd4j.createFromArray(truth)) {
        evaluation.eval(expected, scores);
      }
      images += labels.length;
    }

    public Scores scores() {
      List<List<Integer>> confusion = new ArrayList<>();
      for (int truth = 0; truth < classes; truth++) {
        List<Integer> row = new ArrayList<>();
        for (int predicted = 0; predicted < classes; predicted++) {
          row.add(evaluation.getConfusionMatrix().getCount(truth, predicted));
        }
        confusion.add(row);
      }
      return new Scores(images, evaluation.accuracy(), evaluation.topNAccuracy(), confusion);
    }
  }
}
