package dev.mto.engine.report;

/** What a run is doing. */
public enum RunState {
  /** A process trains it. */
  RUNNING("running"),
  /** All epochs are done. */
  FINISHED("finished"),
  /** It ended before its last epoch: by Ctrl-C, or its process was killed. It can be resumed. */
  STOPPED("stopped"),
  /** An error ended it. */
  FAILED("failed");

  private final String title;

  RunState(String title) {
    this.title = title;
  }

  /** The state in a word. */
  public String title() {
    return title;
  }
}
