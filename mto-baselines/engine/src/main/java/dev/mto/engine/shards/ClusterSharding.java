package dev.mto.engine.shards;

import dev.mto.engine.errors.UserException;
import java.io.PrintStream;
import java.util.ServiceLoader;

/** Something that has workers pack images on a cluster; found as a service. */
public interface ClusterSharding {
  /**
   * Packs to the end; shards that are there already stay.
   *
   * @param plan whose paths all machines have
   * @param master the cluster, e.g. {@code local[2]}
   * @param workers that pack at the same time
   * @param console where progress is shown
   * @throws UserException where something is wrong that trying again does not make right
   */
  PackedShards pack(ShardPlan plan, String master, int workers, PrintStream console);

  /**
   * The one of this installation.
   *
   * @throws UserException where there is none
   */
  static ClusterSharding found() {
    return ServiceLoader.load(ClusterSharding.class)
        .findFirst()
        .orElseThrow(
            () ->
                new UserException(
                    "--cluster: mto-spark.jar is not on the class path; take it from the folder lib of the archive"));
  }
}
