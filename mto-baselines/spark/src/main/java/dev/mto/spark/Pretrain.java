package dev.mto.spark;

import dev.mto.engine.command.CommandLines;
import dev.mto.engine.command.PretrainCommand;
import java.util.stream.Stream;

/** {@code pretrain} for {@code spark-submit}, which knows the cluster. */
public final class Pretrain {
  /** What stands for the cluster of {@code spark-submit}. */
  static final String SUBMITTED = "submitted";

  private Pretrain() {}

  /** Runs {@code pretrain} with the given arguments, and {@code --workers} among them. */
  public static void main(String[] arguments) {
    int code =
        CommandLines.run(
            new PretrainCommand(),
            Stream.concat(Stream.of("--cluster", SUBMITTED), Stream.of(arguments))
                .toArray(String[]::new));
    if (code != 0) {
      System.exit(code); // on YARN an exit with 0 counts as a failure, too
    }
  }
}
