package dev.mto.executor.cuda;

import dev.mto.executor.kernels.Binary;
import dev.mto.executor.kernels.Unary;

/** The numbers by which {@code kernels.cu} knows functions of elements. */
final class Functions {
  private Functions() {}

  /** As its {@code enum Function} has it. */
  static int number(Unary.Kind function) {
    return switch (function) {
      case LINEAR -> 0;
      case RECIPROCAL -> 1;
      case EXP -> 2;
      case LOG -> 3;
      case SOFTPLUS -> 4;
      case SQUARE_ROOT -> 5;
      case SQUARE -> 6;
      case ABSOLUTE -> 7;
      case RELU -> 8;
      case GELU -> 9;
      case TRUNCATE -> 10;
    };
  }

  /** As its {@code enum Operator} has it. */
  static int number(Binary function) {
    return switch (function) {
      case ADD -> 0;
      case SUBTRACT -> 1;
      case MULTIPLY -> 2;
      case DIVIDE -> 3;
    };
  }
}
