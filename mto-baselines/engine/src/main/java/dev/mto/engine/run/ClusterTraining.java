package dev.mto.engine.run;

import dev.mto.engine.errors.UserException;
import java.io.PrintStream;
import java.util.ServiceLoader;

/** Something that has workers train on a cluster; found as a service. */
public interface ClusterTraining {
  /**
   * Trains to the end, or until Ctrl-C.
   *
   * @param console where progress is shown
   * @return whether all epochs are done; otherwise it was stopped, and saved
   * @throws UserException where something is wrong that trying again does not make right
   */
  boolean train(ClusterJob job, PrintStream console);

  /**
   * Has all workers of a training begun and ended, and nothing trained or written.
   *
   * @param console is told what each has
   * @return whether all were there; otherwise it was stopped
   * @throws UserException where there are too few places, or a worker lacks something
   */
  boolean survey(ClusterJob job, PrintStream console);

  /**
   * The one of this installation.
   *
   * @throws UserException where there is none
   */
  static ClusterTraining found() {
    return ServiceLoader.load(ClusterTraining.class)
        .findFirst()
        .orElseThrow(
            () ->
                new UserException(
                    "--cluster: mto-spark.jar is not on the class path; take it from the folder lib of the archive"));
  }
}
