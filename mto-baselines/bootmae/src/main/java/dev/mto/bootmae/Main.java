package dev.mto.bootmae;

import dev.mto.engine.command.CommandLines;
import dev.mto.engine.command.PretrainCommand;

/** The training job of this baseline alone. */
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
