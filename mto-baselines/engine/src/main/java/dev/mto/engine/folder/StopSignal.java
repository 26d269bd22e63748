package dev.mto.engine.folder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jline.utils.Signals;

/**
 * Ctrl-C, a polite kill or a closed terminal as a flag: training looks at it between steps and
 * while it waits for images, saves, and ends with the exit code {@link #EXIT_CODE}. The same signal
 * once more ends the process at once, with the last checkpoint as it is. While no signal is
 * listened to, each ends the process at once.
 */
public final class StopSignal implements AutoCloseable {
  /** The exit code of a command that was stopped, saved, and can be resumed. */
  public static final int EXIT_CODE = 130;

  private static final List<String> SIGNALS = List.of("INT", "TERM", "HUP");
  private static final List<StopSignal> LISTENING = new ArrayList<>();

  private final Map<String, Object> before = new HashMap<>();
  private final String announcement;
  private volatile String received;

  /** Listens from now on, for a job that saves what is done. */
  public StopSignal() {
    this("what is done is saved first");
  }

  /**
   * Listens from now on.
   *
   * @param announcement what happens now, said when a stop is asked for
   */
  public StopSignal(String announcement) {
    this.announcement = announcement;
    for (String signal : SIGNALS) {
      if (!signal.equals("HUP") || !hangUpIsIgnored()) {
        before.put(signal, Signals.register(signal, () -> receive(signal)));
      }
    }
    synchronized (LISTENING) {
      LISTENING.add(this);
    }
  }

  /** What {@code nohup} asks for. */
  private static boolean hangUpIsIgnored() {
    Path status = Path.of("/proc/self/status");
    try {
      return Files.isReadable(status)
          && Files.readAllLines(status).stream().anyMatch(l -> l.matches("SigIgn:.*[13579bdf]"));
    } catch (IOException e) {
      return false;
    }
  }

  private void receive(String signal) {
    if (signal.equals(received)) {
      System.err.println("ended at once; the last checkpoint is kept");
      Runtime.getRuntime().halt(EXIT_CODE);
    }
    if (received == null) {
      System.err.println("stopping: " + announcement + " (once more: ends at once)");
    }
    received = signal;
  }

  /** Acts as a signal from outside would. */
  public static void request() {
    List<StopSignal> all;
    synchronized (LISTENING) {
      all = List.copyOf(LISTENING);
    }
    if (all.isEmpty()) {
      Runtime.getRuntime().halt(EXIT_CODE);
    }
    all.forEach(stop -> stop.receive("the end of the process that started this one"));
  }

  /** Whether a stop was asked for while anything listens. */
  public static boolean requested() {
    synchronized (LISTENING) {
      return LISTENING.stream().anyMatch(stop -> stop.received != null);
    }
  }

  @Override
  public void close() {
    synchronized (LISTENING) {
      LISTENING.remove(this);
    }
    before.forEach(Signals::unregister);
  }
}
