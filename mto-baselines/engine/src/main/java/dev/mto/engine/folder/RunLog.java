package dev.mto.engine.folder;

import dev.mto.engine.errors.FileException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Lines on the console that {@code train.log} keeps. */
public final class RunLog implements AutoCloseable {
  private final PrintStream console;
  private final PrintWriter file;

  /** Appends to {@code file} and prints on {@code console}. */
  public RunLog(PrintStream console, Path file) {
    this.console = console;
    try {
      this.file =
          new PrintWriter(
              Files.newBufferedWriter(
                  file,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.APPEND,
                  LinkOption.NOFOLLOW_LINKS));
    } catch (IOException e) {
      throw FileException.writing(file, e);
    }
  }

  /** Only prints. */
  public RunLog(PrintStream console) {
    this.console = console;
    this.file = new PrintWriter(Writer.nullWriter());
  }

  /** One line on both. */
  public void line(String text) {
    console.println(text);
    file.println(text);
    file.flush();
  }

  @Override
  public void close() {
    file.close();
  }
}
