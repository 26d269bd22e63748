package dev.mto.engine.optimizer;

/**
 * How an optimizer treats a parameter.
 *
 * @param rateScale what the learning rate is multiplied by
 * @param decayed whether weight decay applies
 */
public record ParameterGroup(double rateScale, boolean decayed) {
  /** The learning rate as it is. */
  public static ParameterGroup of(boolean decayed) {
    return new ParameterGroup(1, decayed);
  }
}
