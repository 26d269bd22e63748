package dev.mto.engine.command;

/** The training job of the baselines on the class path, without the workbench. */
public final class Main {
  private Main() {}

  /** Runs {@code pretrain} with the given arguments. */
  public static void main(String[] arguments) {
    int code = CommandLines.run(new PretrainCommand(), arguments);
    if (code != 130) {
      System.exit(code);
    }
  }
}
