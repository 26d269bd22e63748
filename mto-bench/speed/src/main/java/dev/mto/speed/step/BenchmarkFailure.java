package dev.mto.speed.step;

/**
 * A measurement that cannot be made or must not be believed; the message is one line for people.
 */
public class BenchmarkFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  BenchmarkFailure(String message) {
    super(message);
  }
}
