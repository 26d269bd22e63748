package dev.mto.spark;

import dev.mto.data.folder.ImageFolder;
import dev.mto.data.storage.Locations;
import dev.mto.engine.config.DataConfig;
import dev.mto.engine.device.StartUp;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.ByteCount;
import dev.mto.engine.folder.Provenance;
import dev.mto.engine.folder.StopSignal;
import dev.mto.engine.run.ClusterJob;
import dev.mto.executor.memory.AvailableMemory;
import java.io.PrintStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.CollectionAccumulator;

/**
 * What a worker of a training would have.
 *
 * @param found in one line, for people
 * @param missing what it lacks; empty where nothing
 */
record WorkerSurvey(int rank, String found, String missing) implements Serializable {
  /** Has the workers look, and tells what each has; whether they did, and were not stopped. */
  @SuppressWarnings("try") // a stop is listened to all the time
  static boolean of(ClusterJob job, PrintStream console) {
    DataConfig data = job.config().data();
    try (StopSignal stop = new StopSignal();
        JavaSparkContext spark = Settings.start(Settings.of(job))) {
      int places = Places.await(spark, job.workers(), console);
      if (StopSignal.requested()) {
        return false;
      }
      if (places < job.workers()) {
        throw new UserException(Places.tooFew(places, job.workers(), spark.getConf()));
      }
      List<WorkerSurvey> all = surveys(spark, job.workers(), data.train(), data.val());
      all.forEach(worker -> console.println("            " + worker.found()));
      all.stream()
          .map(WorkerSurvey::missing)
          .filter(missing -> !missing.isEmpty())
          .findFirst()
          .ifPresent(
              missing -> {
                throw new UserException(missing);
              });
      return true;
    }
  }

  private static List<WorkerSurvey> surveys(
      JavaSparkContext spark, int workers, String train, String val) {
    CollectionAccumulator<WorkerSurvey> all = spark.sc().collectionAccumulator();
    Barrier.together(spark, workers)
        .foreachPartition(own -> all.add(ofThisWorker(BarrierTaskContext.get(), train, val)));
    return all.value().stream().sorted(Comparator.comparingInt(WorkerSurvey::rank)).toList();
  }

  private static WorkerSurvey ofThisWorker(BarrierTaskContext context, String train, String val) {
    Locale.setDefault(Locale.ROOT);
    int rank = context.partitionId();
    String name = Worker.name(context);
    try {
      StartUp.checkNativeCache();
      WorkerGpu.take(context, rank, name);
      Map<String, Object> machine = Provenance.machine();
      String found =
          "%s: %s, %s threads, %s of memory free"
              .formatted(
                  name,
                  machine.get("device"),
                  machine.get("threads"),
                  AvailableMemory.ofThisMachine().bytes().stream()
                      .mapToObj(ByteCount::of)
                      .findFirst()
                      .orElse("some"));
      List<String> missing = new ArrayList<>();
      for (String images : val == null ? List.of(train) : List.of(train, val)) {
        Path path = Locations.path(images);
        if (!Files.isDirectory(path) && !ImageFolder.isArchive(path)) {
          missing.add(images);
        }
      }
      return new WorkerSurvey(
          rank,
          found,
          missing.isEmpty() ? "" : name + " does not see " + String.join(" and ", missing));
    } catch (UserException e) {
      return new WorkerSurvey(rank, name, e.getMessage()); // as the training would end
    } catch (RuntimeException e) {
      return new WorkerSurvey(rank, name, name + ": " + e.getMessage());
    }
  }
}
