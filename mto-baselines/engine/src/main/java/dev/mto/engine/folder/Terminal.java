package dev.mto.engine.folder;

import java.io.Console;

/** Whether people watch: a bar that redraws itself is for a terminal, not for a file or a pipe. */
public final class Terminal {
  private static volatile boolean unwatched;

  private Terminal() {}

  /** Says that nobody wants to see anything move, whatever there is. */
  public static void unwatched(boolean quiet) {
    unwatched = quiet;
  }

  @SuppressWarnings("SystemConsoleNull") // from JDK 22 a console is there always, and says itself
  public static boolean present() {
    Console console = System.console();
    if (console == null || unwatched) {
      return false;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }
}
