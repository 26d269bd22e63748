package dev.mto.spark;

import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.errors.DivergenceException;
import dev.mto.engine.errors.PeerException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.RunFolder;
import dev.mto.engine.folder.Start;
import dev.mto.engine.folder.StopSignal;
import dev.mto.engine.run.ClusterJob;
import dev.mto.spark.WorkerOutcome.Kind;
import dev.mto.spark.hadoop.RemoteFolder;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The driver's loop: has the workers train, and where one fails has them go on from the last
 * checkpoint.
 */
final class ClusterDriver {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterDriver.class);
  private static final int TOKEN_BYTES = 32;

  private final ClusterJob job;
  private final PrintStream console;
  private final JavaSparkContext spark;
  private final SharedFiles files;
  private final Claim claim; // or null

  private ClusterDriver(ClusterJob job, PrintStream console, JavaSparkContext spark, Claim claim) {
    this.claim = claim;
    this.job = job;
    this.console = console;
    this.spark = spark;
    this.files = new SharedFiles(job.root());
  }

  /** Trains to the end or until a stop; whether it is done. */
  @SuppressWarnings("try") // a stop is listened to all the time
  static boolean train(ClusterJob job, PrintStream console) {
    SparkConf conf = Settings.of(job);
    Claim claim = // null for a folder of the system, which is locked by rank 0
        RemoteFolder.at(job.root())
            .map(folder -> Claim.of(folder, Claim.Times.usual(), console::println))
            .orElse(null);
    try (claim) {
      if (claim != null && !job.start().resume()) {
        RunFolder.requireFree(job.root()); // of what was made there meanwhile
      }
      try (StopSignal stop = new StopSignal();
          JavaSparkContext spark = Settings.start(conf)) {
        return new ClusterDriver(job, console, spark, claim).train();
      }
    }
  }

  private boolean train() {
    try {
      return attempts();
    } finally {
      if (isOurs()) {
        files.delete();
      }
    }
  }

  private boolean isOurs() {
    return claim == null || !claim.isLost();
  }

  private boolean attempts() {
    Start start = job.start();
    int failures = 0; // since there was a new checkpoint
    String newest = newestCheckpoint("");
    while (true) {
      Optional<Failure> failure = attempt(start);
      if (failure.isEmpty()) {
        return true;
      }
      if (StopSignal.requested()) {
        if (failure.get().ofWorker()) {
          throw new PeerException(
              failure.get().message()
                  + "; what was done since the last checkpoint is not saved, that one is kept: --resume");
        }
        return false;
      }
      String before = newest;
      newest = newestCheckpoint(before);
      failures = newest.equals(before) ? failures + 1 : 1;
      if (failures > job.retries()) {
        throw new PeerException(
            "%s; given up after %d attempts without a new checkpoint, the last one is kept: --resume"
                .formatted(failure.get().message(), failures));
      }
      console.println(
          "%s; going on from the last checkpoint (attempt %d of %d)"
              .formatted(failure.get().message(), failures + 1, job.retries() + 1));
      start = RunFolder.isRun(job.root()) ? Start.resumed(job.start().changes()) : again();
    }
  }

  /**
   * What tells of the newest checkpoint, and is another where there is a newer one.
   *
   * @param otherwise where the storage does not tell
   */
  private String newestCheckpoint(String otherwise) {
    try (Stream<Path> files = Files.list(RunFolder.at(job.root()).checkpoints())) {
      StringBuilder positions = new StringBuilder();
      for (Path file : files.filter(file -> file.toString().endsWith(".json")).sorted().toList()) {
        positions.append(file.getFileName()).append(Files.readString(file));
      }
      return positions.toString();
    } catch (IOException | UncheckedIOException e) {
      LOG.debug("the checkpoints cannot be looked at", e);
      return otherwise;
    }
  }

  /** A run that has not begun begins again. */
  private Start again() {
    RunFolder.create(job.root());
    return job.start();
  }

  /**
   * Why an attempt did not come to its end.
   *
   * @param ofWorker whether a worker itself failed, and was neither stopped nor left alone
   */
  private record Failure(String message, boolean ofWorker) {}

  /** Nothing where all epochs are done, else why not. */
  @SuppressWarnings("try") // the log is followed meanwhile
  private Optional<Failure> attempt(Start start) {
    byte[] token = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(token);
    if (claim != null) {
      claim.require();
    }
    files.begin(token);
    WorkerTask task =
        new WorkerTask(ConfigLoader.write(job.config()), job.root(), start, job.ports(), token);
    try (Follower follower = new Follower(job.root(), console, files)) {
      int places = Places.await(spark, job.workers(), console);
      if (places < job.workers()) {
        return Optional.of(
            new Failure(Places.tooFew(places, job.workers(), spark.getConf()), false));
      }
      return judge(new Barrier(spark, job.workers(), console).run(task));
    } catch (UserException | DivergenceException e) {
      throw e;
    } catch (PeerException e) {
      return Optional.of(new Failure(e.getMessage(), false));
    } catch (Exception e) { // Scala declares none of Spark's, which are checked ones
      LOG.debug("Spark failed", e);
      return Optional.of(new Failure("Spark failed: " + reason(e), false));
    }
  }

  /** What Spark says of the executor that failed, or else its first line. */
  static String reason(Throwable e) {
    List<String> lines = String.valueOf(e.getMessage()).lines().toList();
    return lines.stream()
        .filter(line -> line.contains("ExecutorLostFailure"))
        .findFirst()
        .orElse(lines.isEmpty() ? e.toString() : lines.get(0));
  }

  static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }

  private static Optional<Failure> judge(List<WorkerOutcome> outcomes) {
    first(outcomes, Kind.WRONG_INPUT)
        .ifPresent(
            message -> {
              throw new UserException(message);
            });
    first(outcomes, Kind.DIVERGED)
        .ifPresent(
            message -> {
              throw new DivergenceException(message);
            });
    if (outcomes.stream().allMatch(outcome -> outcome.kind() == Kind.DONE)) {
      return Optional.empty();
    }
    boolean ofWorker =
        Stream.of(Kind.FAILED, Kind.GPU_FAILED).anyMatch(kind -> first(outcomes, kind).isPresent());
    String message = failure(outcomes).orElse("a worker was asked to end");
    return Optional.of(new Failure(message, ofWorker));
  }

  /** What the one says that failed, or else those that it left alone. */
  static Optional<String> failure(List<WorkerOutcome> outcomes) {
    return Stream.of(Kind.WRONG_INPUT, Kind.DIVERGED, Kind.GPU_FAILED, Kind.FAILED, Kind.LEFT_ALONE)
        .flatMap(kind -> first(outcomes, kind).stream())
        .findFirst();
  }

  private static Optional<String> first(List<WorkerOutcome> outcomes, Kind kind) {
    return outcomes.stream()
        .filter(outcome -> outcome.kind() == kind)
        .map(WorkerOutcome::message)
        .findFirst();
  }
}
