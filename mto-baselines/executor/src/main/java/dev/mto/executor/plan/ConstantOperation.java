package dev.mto.executor.plan;

/** An operation through which no gradient flows. */
interface ConstantOperation extends Operation {
  @Override
  default void differentiate(Gradients gradients) {
    throw new IllegalStateException(name() + " has no gradient");
  }
}
