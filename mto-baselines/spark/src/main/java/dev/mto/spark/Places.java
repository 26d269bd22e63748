package dev.mto.spark;

import dev.mto.engine.folder.StopSignal;
import java.io.PrintStream;
import java.time.Duration;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Waits for places for all workers, as long as Spark itself would. Spark looks for them when the
 * stage is submitted already, but warns of each time that it finds too few, and a stop is not heard
 * meanwhile.
 */
final class Places {
  private static final String CHECK = "spark.scheduler.barrier.maxConcurrentTasksCheck.";
  private static final long POLL_MILLIS = 200;
  private static final int USUAL_PART = 12; // of that time is what executors usually take

  private Places() {}

  /**
   * Waits until there are as many, until a stop is asked for or until it takes too long.
   *
   * @param console is told once, where it takes longer than usual
   * @return how many there are
   */
  static int await(JavaSparkContext spark, int workers, PrintStream console) {
    Duration most =
        Duration.ofSeconds(
            spark.getConf().getTimeAsSeconds(CHECK + "interval", "15s")
                * spark.getConf().getInt(CHECK + "maxFailures", 40));
    long began = System.nanoTime();
    boolean told = false;
    int places = now(spark);
    while (places < workers && !StopSignal.requested()) {
      Duration waited = Duration.ofNanos(System.nanoTime() - began);
      if (waited.compareTo(most) > 0) {
        break;
      }
      if (!told && waited.compareTo(most.dividedBy(USUAL_PART)) > 0) {
        told = true;
        console.printf(
            "waiting for executors: the cluster has places for %d of %d workers (up to %d s)%n",
            places, workers, most.toSeconds());
      }
      pause();
      places = now(spark);
    }
    return places;
  }

  /** For people. */
  static String tooFew(int places, int workers, SparkConf conf) {
    return "the cluster has places for %d of %d workers%s"
        .formatted(places, workers, WorkerGpu.wanted(conf));
  }

  /** As Spark counts them: tasks that all executors together can run at once. */
  private static int now(JavaSparkContext spark) {
    return spark
        .sc()
        .maxNumConcurrentTasks(spark.sc().resourceProfileManager().defaultResourceProfile());
  }

  private static void pause() {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while executors were waited for", e);
    }
  }
}
