package dev.mto.bench.study;

import dev.mto.engine.folder.Durations;
import dev.mto.engine.folder.StopSignal;
import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedMap;

/** Runs the cells of a study that are not finished, some side by side. */
final class StudyJob {
  private static final long POLL_MILLIS = 200;
  private static final double SECONDS_BETWEEN_LINES = 60;

  private final StudyConfig study;
  private final List<Cell> cells;
  private final CellStore store;
  private final PrintStream console;
  private final Map<Cell, CellResult> finished = new LinkedHashMap<>();
  private final List<Cell> failed = new ArrayList<>();

  StudyJob(StudyConfig study, List<Cell> cells, CellStore store, PrintStream console) {
    this.study = study;
    this.cells = cells;
    this.store = store;
    this.console = console;
    cells.forEach(
        cell -> store.find(cell, console::println).ifPresent(found -> finished.put(cell, found)));
  }

  /** Results of the finished cells, in the order of the plan. */
  Map<Cell, CellResult> finished() {
    Map<Cell, CellResult> ordered = new LinkedHashMap<>();
    cells.forEach(cell -> ordered.computeIfAbsent(cell, finished::get));
    return ordered;
  }

  /** Cells that ended with an error. */
  List<Cell> failed() {
    return List.copyOf(failed);
  }

  private List<Cell> left() {
    return cells.stream().filter(cell -> !finished.containsKey(cell)).toList();
  }

  /**
   * Runs all cells that are left.
   *
   * @return whether it came to its end, with all cells finished or failed; false after Ctrl-C
   */
  @SuppressWarnings("try")
  boolean run() {
    finished.forEach(store::keep);
    Deque<Cell> waiting = new ArrayDeque<>(left());
    List<CellProcess> running = new ArrayList<>();
    long lastLine = System.nanoTime();
    try (StopSignal stop = new StopSignal()) {
      while (!waiting.isEmpty() || !running.isEmpty()) {
        while (running.size() < study.sideBySide() && !waiting.isEmpty()) {
          running.add(start(waiting.poll()));
        }
        sleep();
        if (StopSignal.requested()) {
          running.forEach(CellProcess::stop);
          console.println(
              "stopped; %d cells are left. To go on, give the same command again"
                  .formatted(waiting.size() + running.size()));
          return false;
        }
        running.removeIf(this::ended);
        if ((System.nanoTime() - lastLine) / 1e9 > SECONDS_BETWEEN_LINES) {
          lastLine = System.nanoTime();
          running.forEach(
              process -> console.println("  " + process.cell().id() + ": " + process.lastLine()));
        }
      }
    }
    return true;
  }

  private CellProcess start(Cell cell) {
    CellFolder folder = store.folder(cell);
    folder.prepare(cell, study.data());
    return CellProcess.start(cell, folder, study.threads());
  }

  private boolean ended(CellProcess process) {
    if (process.process().isAlive()) {
      return false;
    }
    Cell cell = process.cell();
    int code = process.process().exitValue();
    if (code == 0) {
      CellResult result = CellResult.of(cell, process.folder());
      store.finish(cell, result);
      finished.put(cell, result);
      console.println(
          "[%d/%d] %s done, %s%s; %s"
              .formatted(
                  finished.size(),
                  cells.size(),
                  cell.id(),
                  Durations.of(result.allSeconds()),
                  described(result),
                  timeLeft()));
    } else {
      failed.add(cell);
      console.println(
          "%s failed (exit code %d): %s; see %s"
              .formatted(cell.id(), code, process.lastLine(), process.folder().log()));
    }
    return true;
  }

  private static String described(CellResult result) {
    StringBuilder text = new StringBuilder();
    for (Measurement.Kind kind : Measurement.Kind.values()) {
      SortedMap<Integer, Double> curve = result.curve(kind);
      if (!curve.isEmpty()) {
        text.append(
            String.format(
                Locale.ROOT, ", %s %.1f %%", kind.title(), 100 * curve.get(curve.lastKey())));
      }
    }
    return text.toString();
  }

  /** How long all that is left takes, cells of the same baseline and sort taken as a measure. */
  String timeLeft() {
    double seconds = 0;
    List<Cell> left = left().stream().filter(cell -> !failed.contains(cell)).toList();
    for (Cell cell : left) {
      OptionalDouble like = mean(cell, true);
      seconds += like.isPresent() ? like.getAsDouble() : mean(cell, false).orElse(Double.NaN);
    }
    return left.size()
        + " cells left"
        + (left.isEmpty() || Double.isNaN(seconds)
            ? ""
            : ", about " + Durations.of(seconds / study.sideBySide()));
  }

  private OptionalDouble mean(Cell cell, boolean sameBaseline) {
    return finished.entrySet().stream()
        .filter(entry -> entry.getKey().untrained() == cell.untrained())
        .filter(entry -> !sameBaseline || entry.getKey().baseline().equals(cell.baseline()))
        .mapToDouble(entry -> entry.getValue().allSeconds())
        .average();
  }

  private static void sleep() {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while cells run", e);
    }
  }
}
