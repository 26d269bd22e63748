package dev.mto.spark;

import dev.mto.engine.errors.UserException;
import dev.mto.engine.run.ClusterJob;
import dev.mto.executor.cuda.CudaKernelSets;
import dev.mto.executor.kernels.FusedAttention;
import dev.mto.executor.kernels.KernelSets;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Spark's settings for a job: what it needs, under what the user has set. */
final class Settings {
  private static final Pattern LOCAL = Pattern.compile("local\\[(\\d{1,4})]");
  private static final String CLASS_PATH = "spark.executor.extraClassPath";
  private static final String OPTIONS = "spark.executor.extraJavaOptions";
  private static final int MEGABYTES = 1024; // of the heap of a worker on this machine

  private Settings() {}

  /** How long nothing may be heard of a worker, or a step take where steps are shorter. */
  static Duration silence(SparkConf conf) {
    return Duration.ofSeconds(conf.getTimeAsSeconds("spark.mto.silence", "20s"));
  }

  /**
   * The settings of a job.
   *
   * @throws UserException where the user's do not go with it
   */
  static SparkConf of(ClusterJob job) {
    SparkConf conf = new SparkConf();
    for (String key : new String[] {"spark.dynamicAllocation.enabled", "spark.speculation"}) {
      if (conf.getBoolean(key, false)) {
        throw new UserException(
            "%s: true does not go with this job, whose workers stay together; set it to false"
                .formatted(key));
      }
    }
    conf.setIfMissing("spark.app.name", "mto pretrain " + job.root().getFileName());
    cluster(conf, job);
    conf.setIfMissing("spark.scheduler.barrier.maxConcurrentTasksCheck.interval", "2s");
    conf.setIfMissing("spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures", "90");
    conf.setIfMissing("spark.task.reaper.enabled", "true");
    conf.setIfMissing("spark.task.reaper.killTimeout", "30s");
    conf.setIfMissing("spark.network.timeout", "60s");
    conf.setIfMissing("spark.network.timeoutInterval", "10s");
    conf.setIfMissing("spark.barrier.sync.timeout", "1800s"); // until all workers have begun
    if (conf.contains("spark.executor.cores")) {
      conf.setIfMissing("spark.task.cpus", conf.get("spark.executor.cores"));
    }
    environment(conf);
    if (CudaKernelSets.isChosen()) {
      WorkerGpu.ask(conf);
    }
    conf.set(OPTIONS, (options() + " " + conf.get(OPTIONS, "")).strip());
    return conf;
  }

  private static void cluster(SparkConf conf, ClusterJob job) {
    if (job.master().equals(Pretrain.SUBMITTED)) {
      return;
    }
    Matcher local = LOCAL.matcher(job.master());
    if (local.matches()) {
      conf.setMaster("local-cluster[" + job.workers() + ",1," + MEGABYTES + "]");
      conf.setIfMissing("spark.executor.memory", MEGABYTES + "m");
      here(conf);
    } else {
      conf.setMaster(job.master());
    }
    conf.setIfMissing(CLASS_PATH, System.getProperty("java.class.path"));
  }

  /** All of it is on this machine. */
  private static void here(SparkConf conf) {
    conf.setIfMissing("spark.ui.enabled", "false");
    for (String key : new String[] {"spark.driver.host", "spark.driver.bindAddress"}) {
      conf.setIfMissing(key, "127.0.0.1");
    }
  }

  /** The settings of a job that packs images, whose workers need not be there at once. */
  static SparkConf ofShards(String master) {
    SparkConf conf = new SparkConf();
    conf.setIfMissing("spark.app.name", "mto data shard");
    if (!master.equals(Pretrain.SUBMITTED)) {
      conf.setMaster(master);
      conf.setIfMissing(CLASS_PATH, System.getProperty("java.class.path"));
    }
    if (LOCAL.matcher(master).matches()) {
      here(conf);
    }
    conf.set(OPTIONS, (options() + " " + conf.get(OPTIONS, "")).strip());
    return conf;
  }

  /** Workers have as many threads as processors of their own: with other numbers, other bits. */
  private static void environment(SparkConf conf) {
    String threads = "spark.executorEnv.OMP_NUM_THREADS";
    if (System.getenv("OMP_NUM_THREADS") != null && !conf.contains("spark.executor.cores")) {
      conf.setIfMissing(threads, System.getenv("OMP_NUM_THREADS"));
    } else if (conf.contains("spark.executor.cores")) {
      conf.setIfMissing(threads, conf.get("spark.executor.cores"));
    }
    conf.setIfMissing("spark.executorEnv.OMP_WAIT_POLICY", "PASSIVE");
    conf.setIfMissing("spark.executorEnv.GOMP_SPINCOUNT", "30000");
  }

  /** As those of {@code ./mto}; native memory is not counted. */
  private static String options() {
    return "-Djava.awt.headless=true -Dfile.encoding=UTF-8 -Dorg.bytedeco.javacpp.maxbytes=0"
        + " -Dorg.bytedeco.javacpp.maxphysicalbytes=0 -Dmto.commit=%s -D%s=%s"
            .formatted(
                System.getProperty("mto.commit", "unknown"),
                KernelSets.PROPERTY,
                System.getProperty(KernelSets.PROPERTY, "fast"))
        + FusedAttention.choice()
            .map(fused -> " -D%s=%s".formatted(FusedAttention.PROPERTY, fused ? "fused" : "plain"))
            .orElse("");
  }

  /**
   * Spark by these.
   *
   * @throws UserException in one line where it does not start
   */
  static JavaSparkContext start(SparkConf conf) {
    try {
      return new JavaSparkContext(conf);
    } catch (Exception e) { // Scala declares none of Spark's, which are checked ones
      throw new UserException(
          "--cluster %s: Spark does not start: %s"
              .formatted(conf.get("spark.master", ""), ClusterDriver.reason(e)),
          e);
    }
  }
}
