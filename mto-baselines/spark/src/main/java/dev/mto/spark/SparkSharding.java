package dev.mto.spark;

import dev.mto.engine.shards.ClusterSharding;
import dev.mto.engine.shards.PackedShards;
import dev.mto.engine.shards.ShardPlan;
import java.io.PrintStream;

/** Packing on Spark, where Spark is on the class path. */
public final class SparkSharding implements ClusterSharding {
  @Override
  public PackedShards pack(ShardPlan plan, String master, int workers, PrintStream console) {
    SparkTraining.requireSpark(master);
    return ShardDriver.pack(plan, master, workers, console);
  }
}
