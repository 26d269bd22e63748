package dev.mto.spark;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.TaskFailedReason;
import org.apache.spark.TaskKilled;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.scheduler.TaskInfo;

/** Where the workers of an attempt run, and which of them Spark lost. */
final class TaskPlaces extends SparkListener {
  private final Map<Integer, TaskInfo> started = new ConcurrentHashMap<>();
  private volatile String lost; // null where none is

  @Override
  public void onTaskStart(SparkListenerTaskStart start) {
    started.put(start.taskInfo().index(), start.taskInfo());
  }

  /** Of tasks of this attempt; the others are killed for the sake of the first that is lost. */
  @Override
  public void onTaskEnd(SparkListenerTaskEnd end) {
    int rank = end.taskInfo().index();
    TaskInfo own = started.get(rank);
    if (lost == null
        && own != null
        && own.taskId() == end.taskInfo().taskId()
        && end.reason() instanceof TaskFailedReason reason
        && !(reason instanceof TaskKilled)) {
      lost = name(rank) + ": " + ClusterDriver.firstLine(reason.toErrorString());
    }
  }

  /** A worker and its machine, for people. */
  String name(int rank) {
    TaskInfo task = started.get(rank);
    return "rank " + rank + (task == null ? "" : " on " + task.host());
  }

  /** The first worker that was lost, with Spark's reason. */
  Optional<String> lost() {
    return Optional.ofNullable(lost);
  }

  /** The process of a worker, as Spark knows it. */
  Optional<String> executor(int rank) {
    return Optional.ofNullable(started.get(rank)).map(TaskInfo::executorId);
  }
}
