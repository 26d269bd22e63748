package dev.mto.spark;

import dev.mto.engine.errors.PeerException;
import dev.mto.spark.WorkerOutcome.Kind;
import java.io.PrintStream;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.CollectionAccumulator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.collection.Iterator;
import scala.runtime.AbstractFunction1;

/**
 * Has all workers of an attempt run at once, and hears of each as it ends. Where one has failed, or
 * rank 0 has ended, the others have as long as a worker may be silent; then their processes are
 * killed.
 */
final class Barrier {
  private static final Logger LOG = LoggerFactory.getLogger(Barrier.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration SOON = Duration.ofSeconds(2);

  private final JavaSparkContext spark;
  private final int workers;
  private final Duration patience;
  private final PrintStream console;

  /**
   * Nothing runs yet.
   *
   * @param console is told of a failure that others do not end with at once
   */
  Barrier(JavaSparkContext spark, int workers, PrintStream console) {
    this.spark = spark;
    this.workers = workers;
    this.patience = Settings.silence(spark.getConf());
    this.console = console;
  }

  /** Spark's interface for Java has no barrier of its own. */
  private static final class Unchanged<T> extends AbstractFunction1<Iterator<T>, Iterator<T>>
      implements Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public Iterator<T> apply(Iterator<T> elements) {
      return elements;
    }
  }

  /**
   * The outcomes of the workers that told of it, in the order in which they ended.
   *
   * @throws PeerException where Spark lost one before any had failed; names it
   */
  List<WorkerOutcome> run(WorkerTask task) {
    TaskPlaces places = new TaskPlaces();
    spark.sc().addSparkListener(places);
    try {
      CollectionAccumulator<WorkerOutcome> ended = spark.sc().collectionAccumulator();
      return await(start(task, ended), ended, places);
    } finally {
      spark.sc().removeSparkListener(places);
    }
  }

  private JavaFutureAction<Void> start(
      WorkerTask task, CollectionAccumulator<WorkerOutcome> ended) {
    return together(spark, workers)
        .foreachPartitionAsync(own -> ended.add(new Worker(task, BarrierTaskContext.get()).run()));
  }

  /** A part for each worker, all of which run at once or none. */
  static JavaRDD<Integer> together(JavaSparkContext spark, int workers) {
    JavaRDD<Integer> dealt =
        spark.parallelize(IntStream.range(0, workers).boxed().toList(), workers);
    return JavaRDD.fromRDD(
        dealt.rdd().barrier().mapPartitions(new Unchanged<Integer>(), true, dealt.classTag()),
        dealt.classTag());
  }

  private List<WorkerOutcome> await(
      JavaFutureAction<Void> all, CollectionAccumulator<WorkerOutcome> ended, TaskPlaces places) {
    long since = 0; // the first that ends all
    boolean told = false;
    while (!isOver(all, ended, places)) {
      List<WorkerOutcome> outcomes = ended.value();
      if (outcomes.stream().noneMatch(Barrier::endsAll)) {
        continue;
      }
      since = since == 0 ? System.nanoTime() : since;
      Duration waited = Duration.ofNanos(System.nanoTime() - since);
      if (!told && waited.compareTo(SOON) > 0) {
        told = true;
        ClusterDriver.failure(outcomes)
            .ifPresent(why -> console.println(why + "; waiting for the others to end"));
      }
      if (waited.compareTo(patience) > 0) {
        all.cancel(true);
        kill(outcomes, places);
        replaceThoseOfFailedGpus(outcomes, places);
        return outcomes;
      }
    }
    replaceThoseOfFailedGpus(ended.value(), places);
    return ended.value();
  }

  private static boolean endsAll(WorkerOutcome outcome) {
    return outcome.rank() == 0 || !Set.of(Kind.DONE, Kind.STOPPED).contains(outcome.kind());
  }

  /** Waits for a moment. */
  private static boolean isOver(
      JavaFutureAction<Void> all, CollectionAccumulator<WorkerOutcome> ended, TaskPlaces places) {
    try {
      all.get(POLL.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while workers trained", e);
    } catch (ExecutionException e) {
      LOG.debug("the stage failed", e);
      if (ended.value().stream().anyMatch(Barrier::endsAll)) {
        return true; // they say why
      }
      throw new PeerException("a worker was lost: " + lost(places, e.getCause()));
    }
  }

  private static String lost(TaskPlaces places, Throwable cause) {
    long until = System.nanoTime() + SOON.toNanos();
    while (places.lost().isEmpty() && System.nanoTime() < until) {
      pause();
    }
    return places.lost().orElseGet(() -> ClusterDriver.reason(cause));
  }

  private static void pause() {
    try {
      Thread.sleep(POLL.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while workers ended", e);
    }
  }

  private void replaceThoseOfFailedGpus(List<WorkerOutcome> outcomes, TaskPlaces places) {
    for (WorkerOutcome outcome : outcomes) {
      if (outcome.kind() == Kind.GPU_FAILED) {
        String done = replace(outcome.rank(), places) ? "is" : "should be";
        console.printf("%s: its process %s replaced%n", places.name(outcome.rank()), done);
      }
    }
  }

  /** Ends the process of a worker, if Spark can; the cluster starts another. */
  private boolean replace(int rank, TaskPlaces places) {
    return places.executor(rank).map(spark.sc()::killAndReplaceExecutor).orElse(false);
  }

  /** Ends the processes of workers that have not ended. */
  private void kill(List<WorkerOutcome> outcomes, TaskPlaces places) {
    for (int rank = 0; rank < workers; rank++) {
      int own = rank;
      if (outcomes.stream().noneMatch(outcome -> outcome.rank() == own)) {
        console.println(places.name(rank) + " does not end: its process is killed");
        replace(rank, places);
      }
    }
  }
}
