package dev.mto.executor;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Keeps SameDiff's prints about each operation that it differentiates off the console. */
final class QuietOutput {
  private QuietOutput() {}

  static void during(Runnable action) {
    PrintStream console = System.out;
    System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    try {
      action.run();
    } finally {
      System.setOut(console);
    }
  }
}
