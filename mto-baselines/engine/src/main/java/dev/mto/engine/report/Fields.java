package dev.mto.engine.report;

/** Names of fields in {@code metrics.jsonl} that the report knows. */
final class Fields {
  static final String LOSS = "loss";
  static final String SELF_SUPERVISED = "loss.ss";
  static final String REFERENCE = "loss.reference";
  static final String HETEROGENEITY = "heterogeneity";
  static final String BOUND = "heterogeneity.bound";
  static final String LEARNING_RATE = "lr";
  static final String GRADIENT_NORM = "grad_norm";
  static final String SPEED = "images_per_second";
  static final String MASK_TOKEN_NORM = "mask_token_norm";
  static final String MASK_VISIBLE_COSINE = "mask_visible_cosine";
  static final String KNN = "knn";
  static final String VALIDATION_LOSS = "val_loss";

  private Fields() {}
}
