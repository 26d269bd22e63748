package dev.mto.bench;

import dev.mto.engine.testing.CommandRun;

/** What a line of {@code mto} gave. */
public final class Execution extends CommandRun {
  private Execution(String... arguments) {
    super(new Mto(), arguments);
  }

  public static Execution of(String... arguments) {
    return new Execution(arguments);
  }

  /** Runs a line of {@link #arguments}. */
  public static Execution ofLine(String line, Object... values) {
    return of(arguments(line, values));
  }
}
