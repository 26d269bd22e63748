package dev.mto.spark;

import dev.mto.engine.errors.UserException;
import dev.mto.engine.run.ClusterJob;
import dev.mto.engine.run.ClusterTraining;
import java.io.PrintStream;

/** Training on Spark, where Spark is on the class path. */
public final class SparkTraining implements ClusterTraining {
  private static final String SPARK = "org.apache.spark.BarrierTaskContext";

  @Override
  public boolean train(ClusterJob job, PrintStream console) {
    requireSpark(job.master());
    return ClusterDriver.train(job, console);
  }

  @Override
  public boolean survey(ClusterJob job, PrintStream console) {
    requireSpark(job.master());
    return WorkerSurvey.of(job, console);
  }

  static void requireSpark(String master) {
    try {
      Class.forName(SPARK, false, Thread.currentThread().getContextClassLoader());
    } catch (ClassNotFoundException e) {
      throw new UserException(
          "--cluster %s: Apache Spark is not here; unpack Spark 3.5 or 4 and set SPARK_HOME to its folder"
              .formatted(master),
          e);
    }
  }
}
