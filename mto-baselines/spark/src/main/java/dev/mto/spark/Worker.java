package dev.mto.spark;

import dev.mto.data.folder.TooManyBadImagesException;
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
import dev.mto.engine.errors.PeerException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.RunFolder;
import dev.mto.engine.folder.StopSignal;
import dev.mto.engine.run.PretrainingJob;
import dev.mto.executor.memory.NotEnoughMemoryException;
import dev.mto.models.weights.WeightFileException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.BarrierTaskContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One worker of a training: a task of Spark with a process of its own. */
final class Worker {
  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
  private static final long POLL_MILLIS = 200;

  private final WorkerTask task;
  private final BarrierTaskContext context;
  private final int rank;
  private final Path root;

  Worker(WorkerTask task, BarrierTaskContext context) {
    this.task = task;
    this.context = context;
    this.rank = context.partitionId();
    this.root = Path.of(task.root());
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

  private static WorkerOutcome.Kind kind(Throwable e) {
    if (e instanceof PeerException) {
      return WorkerOutcome.Kind.LEFT_ALONE;
    }
    if (e instanceof DivergenceException) {
      return WorkerOutcome.Kind.DIVERGED;
    }
    return e instanceof UserException
            || e instanceof TooManyBadImagesException
            || e instanceof WeightFileException
            || e instanceof NotEnoughMemoryException
        ? WorkerOutcome.Kind.WRONG_INPUT
        : WorkerOutcome.Kind.FAILED;
  }

  private static String message(Throwable e) {
    return kind(e) == WorkerOutcome.Kind.FAILED ? String.valueOf(e) : e.getMessage();
  }

  /** Tells the others where this one is, or what is wrong here, so that nobody waits for it. */
  private WorkerOutcome train() {
    Greeting greeting;
    ListeningPort port = null;
    try {
      StartUp.checkNativeCache();
      new SharedFiles(root).requireSeen(task.token(), "rank " + rank + " on " + host());
      port = ListeningPort.open(InetAddress.getByName(host()), PortRange.parse(task.ports()));
      greeting = Greeting.of(port.address());
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
        TcpCollective.connect(rank, addresses, port, task.token(), TimeLimits.usual())) {
      return train(collective);
    }
  }

  /** The name or address by which Spark knows this process. */
  private String host() {
    String address = context.getTaskInfos()[rank].address();
    return address.substring(0, address.lastIndexOf(':')).replaceAll("[\\[\\]]", "");
  }

  private WorkerOutcome train(Collective collective) {
    RunConfig config = ConfigLoader.parseResolved("the configuration of the driver", task.config());
    RunFolder folder = RunFolder.at(root);
    PrintStream console = System.out;
    Thread stops = rank == 0 ? watchForStop() : null;
    try (PretrainingJob job =
        new PretrainingJob(
            Baselines.named(config.baseline()),
            config,
            folder,
            task.start(),
            console,
            collective)) {
      boolean done = job.run();
      return new WorkerOutcome(
          rank, done ? WorkerOutcome.Kind.DONE : WorkerOutcome.Kind.STOPPED, "");
    } finally {
      if (stops != null) {
        stops.interrupt();
      }
    }
  }

  private Thread watchForStop() {
    SharedFiles files = new SharedFiles(root);
    Thread thread =
        new Thread(
            () -> {
              try {
                while (!files.isAskedToStop()) {
                  Thread.sleep(POLL_MILLIS);
                }
                StopSignal.request();
              } catch (InterruptedException e) {
                return; // the training is over
              }
            },
            "mto-stop");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }
}
