package dev.mto.engine.command;

/** The training job of the baselines on the class path, without the workbench. */
public final class Main {
  private Main() {}

  /** Runs {@code pretrain} with the given arguments. */
  public static void main(String[] arguments) {
    System.exit(CommandLines.run(new PretrainCommand(), arguments));
  }
}
