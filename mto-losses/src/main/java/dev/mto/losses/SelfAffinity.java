package dev.mto.losses;

/** Whether the rows of L_spa contain a visible token's affinity to itself. */
public enum SelfAffinity {
  /**
   * They do, as printed in equation 3. A token that attends to nothing but itself is then a trivial
   * minimum, reached by growing the tokens' norms.
   */
  INCLUDE,
  /** The diagonal is left out of the softmax. */
  EXCLUDE
}
