package dev.mto.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.collection.Iterator;
import scala.runtime.AbstractFunction1;

/**
 * Has all workers of an attempt run at once. Spark's interface for Java has no barrier of its own.
 */
final class Barrier {
  private Barrier() {}

  private static final class Unchanged<T> extends AbstractFunction1<Iterator<T>, Iterator<T>>
      implements Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public Iterator<T> apply(Iterator<T> elements) {
      return elements;
    }
  }

  /** The outcomes of all workers; fails where one of them is lost. */
  static List<WorkerOutcome> run(JavaSparkContext spark, int workers, WorkerTask task) {
    List<Integer> ranks = new ArrayList<>();
    for (int rank = 0; rank < workers; rank++) {
      ranks.add(rank);
    }
    JavaRDD<Integer> dealt = spark.parallelize(ranks, workers);
    JavaRDD<Integer> together =
        JavaRDD.fromRDD(
            dealt.rdd().barrier().mapPartitions(new Unchanged<Integer>(), true, dealt.classTag()),
            dealt.classTag());
    return together
        .mapPartitions(own -> List.of(new Worker(task, BarrierTaskContext.get()).run()).iterator())
        .collect();
  }
}
