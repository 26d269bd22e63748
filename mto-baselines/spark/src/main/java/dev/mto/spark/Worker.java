package dev.mto.spark;

import dev.mto.data.folder.TooManyBadImagesException;
import dev.mto.data.storage.Locations;
import dev.mto.engine.Baselines;
import dev.mto.engine.collective.Collective;
import dev.mto.engine.collective.ListeningPort;
import dev.mto.engine.collective.PeerAddress;
import dev.mto.engine.collective.PortRange;
import dev.mto.engine.collective.TcpCollective;
import dev.mto.engine.collective.TimeLimits;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.device.StartUp;
import dev.mto.engine.errors.DivergenceException;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.PeerException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.StopSignal;
import dev.mto.engine.run.PretrainingJob;
import dev.mto.executor.cuda.CudaException;
import dev.mto.executor.cuda.CudaKernelSets;
import dev.mto.executor.memory.NotEnoughMemoryException;
import dev.mto.models.weights.WeightFileException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkEnv;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One worker of a training: a task of Spark with a process of its own. */
final class Worker {
  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

  private final WorkerTask task;
  private final BarrierTaskContext context;
  private final int rank;

  Worker(WorkerTask task, BarrierTaskContext context) {
    this.task = task;
    this.context = context;
    this.rank = context.partitionId();
  }

  /** Trains, and tells how it ended whatever happens. */
  @SuppressWarnings("try") // a stop is listened to all the time
  WorkerOutcome run() {
    Locale.setDefault(Locale.ROOT);
    try (StopSignal stop = new StopSignal()) {
      return train();
    } catch (RuntimeException | Error e) {
      LOG.warn("rank {} ends", rank, e);
      return new WorkerOutcome(rank, kind(e), message(e));
    }
  }

  static WorkerOutcome.Kind kind(Throwable e) {
    if (e instanceof PeerException) {
      return WorkerOutcome.Kind.LEFT_ALONE;
    }
    if (e instanceof DivergenceException) {
      return WorkerOutcome.Kind.DIVERGED;
    }
    if (e instanceof CudaException) {
      return WorkerOutcome.Kind.GPU_FAILED;
    }
    return e instanceof UserException
            || e instanceof TooManyBadImagesException
            || e instanceof WeightFileException
            || (e instanceof NotEnoughMemoryException && !CudaKernelSets.isChosen())
            || (e instanceof FileException && e.getCause() instanceof AccessDeniedException)
        ? WorkerOutcome.Kind.WRONG_INPUT
        : WorkerOutcome.Kind.FAILED;
  }

  private String message(Throwable e) {
    return switch (kind(e)) {
      case FAILED ->
          name() + ": " + (e instanceof NotEnoughMemoryException ? e.getMessage() : e.toString());
      case GPU_FAILED -> name() + ": " + e.getMessage();
      default -> e.getMessage();
    };
  }

  private String name() {
    return name(context);
  }

  /** A worker and its machine, for people. */
  static String name(BarrierTaskContext context) {
    return "rank " + context.partitionId() + " on " + host(context);
  }

  private WorkerOutcome train() {
    Path root = root();
    SharedFiles files = new SharedFiles(root);
    try (WorkerFolder folder = new WorkerFolder(root, rank, files, task.token())) {
      return train(files, folder);
    }
  }

  private Path root() {
    try {
      return Locations.path(task.root());
    } catch (IllegalArgumentException e) {
      Greeting why = Greeting.failed(name() + ": " + e.getMessage());
      Greeting.addresses(context.allGather(why.text())); // throws, here as with the others
      throw new IllegalStateException(e);
    }
  }

  /** Tells the others where this one is, or what is wrong here, so that nobody waits for it. */
  private WorkerOutcome train(SharedFiles files, WorkerFolder folder) {
    Greeting greeting;
    ListeningPort port = null;
    try {
      StartUp.checkNativeCache();
      Optional<String> gpu = WorkerGpu.take(context, rank, name());
      files.requireSeen(task.token(), name());
      folder.open(task.resume());
      port =
          ListeningPort.open(InetAddress.getByName(host(context)), PortRange.parse(task.ports()));
      greeting = Greeting.of(port.address(), gpu);
    } catch (FileException e) {
      greeting = Greeting.lost(e.getMessage());
    } catch (CudaException e) { // in a run that goes on it was there before
      greeting =
          task.resume()
              ? Greeting.lost(e.getMessage())
              : Greeting.failed(name() + ": --device cuda: " + e.getMessage());
    } catch (UnknownHostException | RuntimeException e) {
      greeting = Greeting.failed(e instanceof UserException ? e.getMessage() : e.toString());
    }
    List<PeerAddress> addresses = new ArrayList<>();
    try {
      addresses.addAll(Greeting.addresses(context.allGather(greeting.text())));
    } catch (RuntimeException e) {
      if (port != null) {
        port.close();
      }
      throw e;
    }
    try (Collective collective =
        TcpCollective.connect(
            rank,
            addresses,
            port,
            task.token(),
            TimeLimits.of(Settings.silence(SparkEnv.get().conf())))) {
      return train(collective, files, folder);
    }
  }

  /** The name or address by which Spark knows this process. */
  private static String host(BarrierTaskContext context) {
    String address = context.getTaskInfos()[context.partitionId()].address();
    return address.substring(0, address.lastIndexOf(':')).replaceAll("[\\[\\]]", "");
  }

  private WorkerOutcome train(Collective collective, SharedFiles files, WorkerFolder folder) {
    try {
      boolean done = train(collective, folder, new StopWatcher(files, folder::shareLog));
      folder.ended();
      return new WorkerOutcome(
          rank, done ? WorkerOutcome.Kind.DONE : WorkerOutcome.Kind.STOPPED, "");
    } catch (RuntimeException | Error e) {
      folder.failed();
      throw e;
    }
  }

  @SuppressWarnings("try") // a stop is looked for all the time
  private boolean train(Collective collective, WorkerFolder folder, StopWatcher stops) {
    RunConfig config = ConfigLoader.parseResolved("the configuration of the driver", task.config());
    PrintStream console = System.out;
    try (StopWatcher watching = rank == 0 ? stops.start() : stops;
        PretrainingJob job =
            new PretrainingJob(
                Baselines.named(config.baseline()),
                config,
                folder.folder(),
                task.start(),
                console,
                collective)) {
      folder.begun();
      job.afterSaves(folder::saved);
      return job.run();
    }
  }
}
