package dev.mto.spark;

import dev.mto.engine.command.CommandLines;
import dev.mto.engine.command.ShardCommand;
import java.util.stream.Stream;

/** {@code data shard} for {@code spark-submit}, which knows the cluster. */
public final class Shard {
  private Shard() {}

  /** Runs {@code data shard} with the given arguments, and {@code --workers} among them. */
  public static void main(String[] arguments) {
    int code =
        CommandLines.run(
            new ShardCommand(),
            Stream.concat(Stream.of("--cluster", Pretrain.SUBMITTED), Stream.of(arguments))
                .toArray(String[]::new));
    if (code != 0) {
      System.exit(code); // on YARN an exit with 0 counts as a failure, too
    }
  }
}
