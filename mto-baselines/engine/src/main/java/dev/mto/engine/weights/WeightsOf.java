package dev.mto.engine.weights;

/** Which network of a method is evaluated. */
public enum WeightsOf {
  /** The network that is trained. */
  STUDENT,
  /** The slow copy of it, where the method has one. */
  TEACHER
}
