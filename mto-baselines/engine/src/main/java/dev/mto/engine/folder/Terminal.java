package dev.mto.engine.folder;

import java.io.Console;

/** Whether people watch: a bar that redraws itself is for a terminal, not for a file or a pipe. */
public final class Terminal {
  private Terminal() {}

  @SuppressWarnings("SystemConsoleNull") // from JDK 22 a console is there always, and says itself
  public static boolean present() {
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
