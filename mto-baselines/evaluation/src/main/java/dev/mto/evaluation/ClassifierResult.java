package dev.mto.evaluation;

import dev.mto.engine.encoder.Scores;
import java.util.List;

/**
 * What a classifier reached, as {@code result.json} holds it.
 *
 * @param task {@code finetune}, {@code linear} or {@code attentive}
 * @param model what was evaluated
 * @param untrained whether the encoder had its first values
 * @param feature which features the classifier sees
 * @param seed of the classifier
 * @param images validation images
 * @param top1 after the last epoch
 * @param top5 after the last epoch
 * @param bestTop1 of the best epoch; chosen on the images it is measured on
 * @param bestEpoch from 1
 * @param curve every epoch that was measured
 * @param confusion after the last epoch: rows true, columns predicted classes
 */
public record ClassifierResult(
    String task,
    String model,
    boolean untrained,
    String feature,
    long seed,
    long images,
    double top1,
    double top5,
    double bestTop1,
    int bestEpoch,
    List<EpochRow> curve,
    List<List<Integer>> confusion) {

  static ClassifierResult of(
      String task,
      String model,
      boolean untrained,
      String feature,
      long seed,
      Scores last,
      List<EpochRow> curve) {
    EpochRow best = curve.get(0);
    for (EpochRow row : curve) {
      best = row.top1() > best.top1() ? row : best;
    }
    return new ClassifierResult(
        task,
        model,
        untrained,
        feature,
        seed,
        last.images(),
        last.top1(),
        last.top5(),
        best.top1(),
        best.epoch(),
        curve,
        last.confusion());
  }
}
