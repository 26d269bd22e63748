package dev.mto.engine.config;

/**
 * What is measured beside the loss, and how often.
 *
 * @param heterogeneityEvery steps between measurements of heterogeneity while MTO is off, and of
 *     the mask token's norm and cosine always; 0 for never
 * @param knnEveryEpochs epochs between k-NN accuracies on labelled data; 0 for never
 * @param picturesEveryEpochs epochs between pictures of reconstructions; 0 for never
 */
public record LogConfig(int heterogeneityEvery, int knnEveryEpochs, int picturesEveryEpochs) {
  /** Checks ranges. */
  public LogConfig {
    Rules.notNegative("log.heterogeneity_every", heterogeneityEvery);
    Rules.notNegative("log.knn_every_epochs", knnEveryEpochs);
    Rules.notNegative("log.pictures_every_epochs", picturesEveryEpochs);
  }
}
