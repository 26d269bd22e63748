package dev.mto.engine.folder;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What a run starts from.
 *
 * @param resume whether to go on from the folder's newest checkpoint
 * @param weights a file whose weights a new run starts with
 */
public record Start(boolean resume, Optional<Path> weights) {
  /** Checks that it is one of both. */
  public Start {
    if (resume && weights.isPresent()) {
      throw new IllegalArgumentException("a resumed run has its own weights");
    }
  }

  /** A new run with random weights. */
  public static Start anew() {
    return new Start(false, Optional.empty());
  }

  /** A new run with the weights of a file. */
  public static Start from(Path weights) {
    return new Start(false, Optional.of(weights));
  }

  /** The rest of an earlier run. */
  public static Start resumed() {
    return new Start(true, Optional.empty());
  }
}
