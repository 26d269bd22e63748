package dev.mto.engine.folder;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a run starts from.
 *
 * @param resume whether to go on from the folder's newest checkpoint
 * @param weights a file whose weights a new run starts with
 * @param entry of that file, where it is not its model
 * @param changes of the configuration with which a resumed run goes on, for people
 */
public record Start(
    boolean resume, Optional<Path> weights, Optional<String> entry, List<String> changes) {
  /** Checks that it is one of both. */
  public Start {
    if (resume && weights.isPresent()) {
      throw new IllegalArgumentException("a resumed run has its own weights");
    }
    changes = List.copyOf(changes);
  }

  /** A new run with random weights. */
  public static Start anew() {
    return new Start(false, Optional.empty(), Optional.empty(), List.of());
  }

  /** A new run with the weights of a file. */
  public static Start from(Path weights) {
    return from(weights, Optional.empty());
  }

  /** A new run with the weights of an entry of a file. */
  public static Start from(Path weights, Optional<String> entry) {
    return new Start(false, Optional.of(weights), entry, List.of());
  }

  /** The same, with a path that does not depend on where a process runs. */
  public Start withAbsolutePath() {
    return new Start(resume, weights.map(Path::toAbsolutePath), entry, changes);
  }

  /** The rest of an earlier run. */
  public static Start resumed() {
    return resumed(List.of());
  }

  /** The rest of an earlier run, with a configuration that differs from its own. */
  public static Start resumed(List<String> changes) {
    return new Start(true, Optional.empty(), Optional.empty(), changes);
  }
}
