package dev.mto.engine.command;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Keeps the last line that is printed and is not blank, in whatever pieces it comes. */
final class LastLine extends PrintStream {
  private final PrintStream to;
  private final Bytes bytes;

  /** Nothing yet; {@link #tell} prints on {@code to}. */
  LastLine(PrintStream to) {
    this(to, new Bytes());
  }

  private LastLine(PrintStream to, Bytes bytes) {
    super(bytes, true, StandardCharsets.UTF_8);
    this.to = to;
    this.bytes = bytes;
  }

  /** Prints the line, if there was one that is not told yet. */
  void tell() {
    flush();
    String line = bytes.take();
    if (!line.isEmpty()) {
      to.println(line);
    }
  }

  private static final class Bytes extends ByteArrayOutputStream {
    private String complete = "";

    @Override
    public synchronized void write(int b) {
      if (b != '\n') {
        super.write(b);
        return;
      }
      complete = line();
      reset();
    }

    @Override
    public synchronized void write(byte[] b, int from, int length) {
      for (int i = from; i < from + length; i++) {
        write(b[i]);
      }
    }

    synchronized String take() {
      String line = line();
      complete = "";
      reset();
      return line;
    }

    private String line() {
      String begun = toString(StandardCharsets.UTF_8).strip();
      return begun.isEmpty() ? complete : begun;
    }
  }
}
