package dev.mto.engine.run;

import dev.mto.engine.collective.PortRange;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.Start;
import java.nio.file.Path;

/**
 * A pre-training by several workers.
 *
 * @param config whose paths all machines have
 * @param root folder of the run, made or opened, on storage that all machines have
 * @param master the cluster, e.g. {@code local[2]}; empty where it is known already
 * @param workers how many, a power of two that divides {@code training.accumulate}
 * @param ports on which they listen for each other
 * @param retries how often the training goes on from its last checkpoint when a worker fails
 */
public record ClusterJob(
    RunConfig config,
    Path root,
    Start start,
    String master,
    int workers,
    PortRange ports,
    int retries) {
  private static final String REMOTE = "(.*/)?(hdfs|viewfs|s3a?|gs|abfss?|file):/.*";

  /** Checks the folder. */
  public ClusterJob {
    requireMounted(root);
  }

  /**
   * Whether a run's folder is a path of the system.
   *
   * @throws UserException where it is an address of other storage
   */
  public static void requireMounted(Path root) {
    if (root.toString().matches(REMOTE)) {
      throw new UserException(
          "--out %s: give a folder on a file system that all machines have mounted, e.g. by NFS; other storage is not taken yet"
              .formatted(root));
    }
  }
}
