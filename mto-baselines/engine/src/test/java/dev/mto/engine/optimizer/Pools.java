package dev.mto.engine.optimizer;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;

/** Work in a pool of so many threads, which parallel streams of the work use too. */
final class Pools {
  private Pools() {}

  static <T> T with(int threads, Callable<T> work) throws InterruptedException, ExecutionException {
    ForkJoinPool pool = new ForkJoinPool(threads);
    try {
      return pool.submit(work).get();
    } finally {
      pool.shutdown();
    }
  }
}
