package dev.mto.engine.run;

import dev.mto.engine.collective.PortRange;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.folder.Start;
import java.nio.file.Path;

/**
 * A pre-training by several workers.
 *
 * @param config whose paths all machines have
 * @param root folder of the run on storage that all machines have: made or opened where it is one
 *     of the system
 * @param master the cluster, e.g. {@code local[2]}; empty where it is known already
 * @param workers how many, a power of two that divides {@code training.accumulate}
 * @param ports on which they listen for each other
 * @param retries how often the training goes on from the same checkpoint when a worker fails
 */
public record ClusterJob(
    RunConfig config,
    Path root,
    Start start,
    String master,
    int workers,
    PortRange ports,
    int retries) {}
