package dev.mto.engine.run;

import java.io.Console;

/** Whether people watch: a bar that redraws itself is for a terminal, not for a file or a pipe. */
final class Terminal {
  private Terminal() {}

  @SuppressWarnings("SystemConsoleNull") // from JDK 22 a console is there always, and says itself
  static boolean present() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }
}
