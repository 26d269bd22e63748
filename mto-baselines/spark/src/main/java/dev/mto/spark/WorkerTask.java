package dev.mto.spark;

import dev.mto.engine.collective.PortRange;
import dev.mto.engine.folder.Start;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a worker is told.
 *
 * @param config the resolved configuration as YAML
 * @param root folder of the run
 * @param resume whether it goes on from the folder's newest checkpoint
 * @param weights a file with the first weights, or null
 * @param entry of that file, or null
 * @param changes with which a resumed run goes on
 * @param ports on which workers listen for each other
 * @param token that they know each other by, and whose hash is in the file that all must see
 */
@SuppressWarnings("ArrayRecordComponent")
record WorkerTask(
    String config,
    String root,
    boolean resume,
    String weights,
    String entry,
    ArrayList<String> changes,
    String ports,
    byte[] token)
    implements Serializable {

  WorkerTask(String config, Path root, Start start, PortRange ports, byte[] token) {
    this(
        config,
        root.toString(),
        start.resume(),
        start.weights().map(Path::toString).orElse(null),
        start.entry().orElse(null),
        new ArrayList<>(start.changes()),
        ports.last() == 0 ? "0" : ports.first() + "-" + ports.last(),
        token);
  }

  Start start() {
    return new Start(
        resume,
        Optional.ofNullable(weights).map(Path::of),
        Optional.ofNullable(entry),
        List.copyOf(changes));
  }
}
