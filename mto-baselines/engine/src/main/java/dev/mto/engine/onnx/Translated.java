package dev.mto.engine.onnx;

/**
 * What a variable of SameDiff has become: a value of the ONNX graph, or what is known without
 * computing it.
 */
sealed interface Translated {
  /**
   * A value of the graph.
   *
   * @param name of the value
   */
  record Value(String name, Shape shape) implements Translated {}

  /** The numbers of a shape, or of a part of one. */
  record Numbers(Shape elements) implements Translated {}

  /** One number everywhere. */
  record Filled(double number, Shape shape) implements Translated {}
}
