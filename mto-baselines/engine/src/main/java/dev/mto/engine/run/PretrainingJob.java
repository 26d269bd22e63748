package dev.mto.engine.run;

import dev.mto.engine.Baseline;
import dev.mto.engine.analysis.RunPictures;
import dev.mto.engine.analysis.SampleBatch;
import dev.mto.engine.collective.Agreement;
import dev.mto.engine.collective.Collective;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.config.TrainingConfig;
import dev.mto.engine.device.Backend;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.CheckpointStore;
import dev.mto.engine.folder.FolderLock;
import dev.mto.engine.folder.Provenance;
import dev.mto.engine.folder.RunFolder;
import dev.mto.engine.folder.RunLog;
import dev.mto.engine.folder.Start;
import dev.mto.engine.folder.StopSignal;
import dev.mto.engine.graph.Images;
import dev.mto.engine.graph.Precisions;
import dev.mto.engine.graph.TrainingGraph;
import dev.mto.engine.hooks.RunEnd;
import dev.mto.engine.hooks.RunStart;
import dev.mto.engine.listeners.ConsoleListener;
import dev.mto.engine.listeners.MetricsListener;
import dev.mto.engine.listeners.PictureListener;
import dev.mto.engine.listeners.ReportListener;
import dev.mto.engine.listeners.RunHooks;
import dev.mto.engine.listeners.SaturationListener;
import dev.mto.engine.listeners.TensorBoardListener;
import dev.mto.engine.listeners.ValidationListener;
import dev.mto.engine.report.MetricsFile;
import dev.mto.engine.report.RunView;
import dev.mto.engine.report.TensorBoardEvents;
import dev.mto.engine.weights.ModelWeights;
import dev.mto.engine.weights.WeightSource;
import dev.mto.executor.GraphSession;
import dev.mto.executor.cuda.CudaKernelSets;
import dev.mto.models.weights.WeightFileException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.nd4j.linalg.api.buffer.DataType;

/** Pre-trains a model: its graph and images, a training loop, and the listeners of a run. */
public final class PretrainingJob implements AutoCloseable {
  private final RunConfig config;
  private final RunFolder folder;
  private final Collective collective;
  private final boolean leads; // writes the run folder
  private final RunLog log;
  private final CheckpointStore store;
  private final Images images;
  private final PretrainingLines lines;
  private final TrainingGraph graph;
  private final TrainingStep step;
  private final GraphSession evaluation;
  private final TrainingLoop loop;

  /** What is closed with the job, or when it cannot be prepared; the last first. */
  private final Deque<Runnable> closed = new ArrayDeque<>();

  private Runnable afterSave = () -> {};

  /** From the beginning of the training until all is closed, so that a failure is told; or null. */
  private StopSignal stop;

  /**
   * Prepares a run; nothing is trained yet. The folder of a new one holds a run when this returns.
   *
   * @param start what the run starts from
   * @throws UserException for data, models or checkpoints that do not fit
   */
  public PretrainingJob(
      Baseline baseline, RunConfig config, RunFolder folder, Start start, PrintStream console) {
    this(baseline, config, folder, start, console, Collective.alone());
  }

  /**
   * Prepares one of several workers of a run. All of them agree on what they start from. The one of
   * rank 0 writes the folder and measures, the others only train.
   *
   * @param collective of all workers; stays open
   * @throws UserException as the other, and where the workers differ
   */
  public PretrainingJob(
      Baseline baseline,
      RunConfig config,
      RunFolder folder,
      Start start,
      PrintStream console,
      Collective collective) {
    this.config = config;
    this.folder = folder;
    this.collective = collective;
    this.leads = collective.rank() == 0;
    if (leads) {
      closed.push(FolderLock.of(folder.root(), patience(collective))::close);
    }
    TrainingConfig training = config.training();
    try {
      log = leads ? new RunLog(console, folder.log()) : new RunLog(console);
      closed.push(log::close);
      store = folder.store(config);
      requireOwnKernels();
      StepShare share = StepShare.of(collective, training);
      images = new Images(config, baseline, folder.badImages(collective.rank()));
      closed.push(images::close);
      lines = new PretrainingLines(log, config, folder, images);
      graph = TrainingGraph.build(baseline, config, DataType.FLOAT);
      step = new TrainingStep(graph, config, config.log().heterogeneityEvery(), collective);
      closed.push(step::close);
      evaluation =
          GraphSession.forward(
              graph.graph(), Precisions.training(training).withState(graph.state()));
      closed.push(evaluation::close);
      loop =
          new TrainingLoop(
              step,
              Schedule.of(training, images, share),
              config.baseline(),
              config.vit().toString(),
              store,
              log,
              collective);
      if (start.resume()) {
        resume(start.changes());
      } else {
        start
            .weights()
            .map(file -> new WeightSource(file, start.entry(), Optional.empty()))
            .ifPresent(this::initialise);
        if (leads) {
          Provenance.write(folder.provenance(), config, start, images.train(), images.validation());
          folder.begin(config);
        }
      }
      agree();
    } catch (RuntimeException | Error e) {
      collective.leaveFailed(told(e));
      closeAll().ifPresent(e::addSuppressed);
      if (e instanceof RuntimeException exception) {
        throw refusal(exception);
      }
      throw e;
    }
  }

  /** What is configured and not possible is the user's to put right. */
  static RuntimeException refusal(RuntimeException e) {
    return e instanceof WeightFileException || !(e instanceof IllegalArgumentException)
        ? e
        : new UserException(e.getMessage(), e);
  }

  /** A worker that failed may not have ended when the next one takes its place. */
  private static Duration patience(Collective collective) {
    return collective.size() == 1 ? Duration.ZERO : Duration.ofMinutes(1);
  }

  private void requireOwnKernels() {
    if (collective.size() > 1 && Backend.onClassPath() == Backend.CUDA) {
      throw new UserException(
          "--workers %d: several workers do not train by ND4J's own backend for GPUs; take the build for CPUs, and --device cuda for GPUs"
              .formatted(collective.size()));
    }
  }

  private void agree() {
    if (collective.size() == 1) {
      return;
    }
    Agreement.require(collective, WorkerFacts.of(config, images, loop));
    log.line(
        "%d workers, each takes %d of a step's %d micro-batches: %s"
            .formatted(
                collective.size(),
                config.training().accumulate() / collective.size(),
                config.training().accumulate(),
                String.join(", ", places())));
  }

  /** All workers, with the GPUs of their machines that they have. */
  private List<String> places() {
    String gpu =
        CudaKernelSets.chosenGpu()
            .map(chosen -> " (GPU %d)".formatted(chosen.ordinal()))
            .orElse("");
    String own = collective.name(collective.rank()) + gpu;
    return collective.gather(own.getBytes(StandardCharsets.UTF_8)).stream()
        .map(place -> new String(place, StandardCharsets.UTF_8))
        .toList();
  }

  /** What others are told of a failure. */
  private static String told(Throwable e) {
    return e instanceof UserException || e instanceof FileException
        ? e.getMessage()
        : String.valueOf(e);
  }

  /** Takes over weights of a file, and saves them as step 0 so that a resumed run has them. */
  private void initialise(WeightSource source) {
    String report = new ModelWeights(graph, config).load(source).report();
    if (leads) {
      log.line("initial weights from " + source.name() + "\n" + report);
      store.saveLast(loop.checkpoint());
    }
  }

  /** Goes on from the newest checkpoint; what was logged after it is dropped, to be made again. */
  private void resume(List<String> changes) {
    Provenance.requireSame(folder.provenance(), images.train(), images.validation());
    if (!leads) {
      loop.resume();
      return;
    }
    folder.sweep();
    boolean found = loop.resume();
    List<Integer> damaged = MetricsFile.truncateAfter(folder.metrics(), loop.told());
    if (!damaged.isEmpty()) {
      log.line(
          "warning: %s: lines %s were damaged and are left out"
              .formatted(folder.metrics(), damaged));
    }
    TensorBoardEvents.truncateAfter(folder.events(), loop.told());
    lines.resumed(found, loop.done(), changes);
    Provenance.resumed(folder.provenance(), loop.done(), changes); // before they are the run's own
    folder.begin(config);
    if (loop.finished()) {
      lines.alreadyFinished();
    }
  }

  /**
   * Has something done after each checkpoint that is saved in training, while all workers wait; all
   * other files of the run then tell of no fewer steps.
   *
   * @param then whose exceptions end the run
   */
  public void afterSaves(Runnable then) {
    afterSave = then;
  }

  /**
   * Trains to the end, or until Ctrl-C.
   *
   * @return whether all epochs are done; otherwise it was stopped, and saved
   * @throws dev.mto.engine.errors.DivergenceException when a loss or gradient is not finite
   * @throws dev.mto.engine.errors.FileException when the disk is full; the last checkpoint stays
   */
  public boolean run() {
    stop = new StopSignal();
    try {
      // The first listener, of every worker: all measure together, and what others write has it.
      loop.add(
          new ValidationListener(
              graph.model(), images, evaluation, every(config.log().knnEveryEpochs()), collective));
      return leads ? lead() : loop.run();
    } catch (RuntimeException | Error e) {
      collective.leaveFailed(told(e));
      throw e;
    }
  }

  private boolean lead() {
    int epochs = config.training().epochs();
    long allSteps = images.stepsPerEpoch() * epochs;
    lines.began(allSteps);
    RunHooks hooks = RunHooks.found(log::line);
    Map<String, String> keys = ConfigLoader.values(ConfigLoader.write(config));
    hooks.began(new RunStart(folder.root(), keys, loop.done(), allSteps, epochs));
    try {
      boolean done = train(epochs, allSteps, hooks);
      hooks.ended(new RunEnd(done ? RunEnd.Outcome.FINISHED : RunEnd.Outcome.STOPPED, ""));
      return done;
    } catch (RuntimeException | Error e) {
      hooks.ended(new RunEnd(RunEnd.Outcome.FAILED, String.valueOf(e.getMessage())));
      throw e;
    }
  }

  private boolean train(int epochs, long allSteps, RunHooks hooks) {
    if (allSteps == 0) {
      hooks.saved(store.saveLast(loop.checkpoint()), 0);
      log.line("done: the first values are saved, untrained (training.epochs is 0)");
      return true;
    }
    lines.warnOfLoneToken();
    RunView view = new RunView(folder.root());
    RunPictures pictures =
        new RunPictures(
            graph, new SampleBatch(graph.model(), images, evaluation), config, folder, view);
    try (MetricsListener metrics = new MetricsListener(folder.metrics());
        TensorBoardListener tensorBoard = new TensorBoardListener(folder.events());
        ConsoleListener progress =
            new ConsoleListener(
                log, epochs, allSteps, PretrainingLines::ofStep, PretrainingLines::ofEpoch);
        ReportListener report =
            new ReportListener(view, config.log().reportEverySeconds(), System::nanoTime)) {
      loop.add(metrics);
      loop.add(tensorBoard);
      loop.add(progress);
      if (config.mto().enabled()) {
        loop.add(new SaturationListener(log::line));
      }
      loop.add(
          new SavingListener(
                  loop,
                  store,
                  config.checkpoint().everyMinutes(),
                  every(config.checkpoint().everyEpochs()),
                  done -> false)
              .telling(
                  (file, step) -> {
                    hooks.saved(file, step);
                    afterSave.run();
                  }));
      if (config.log().picturesEveryEpochs() > 0) {
        loop.add(
            new PictureListener(pictures, every(config.log().picturesEveryEpochs()), log::line));
      }
      loop.add(report);
      loop.add(hooks);
      boolean done = runReporting(report);
      lines.ended(done);
      return done;
    }
  }

  private boolean runReporting(ReportListener report) {
    try {
      return loop.run();
    } catch (RuntimeException e) {
      report.failed(e.getMessage());
      throw e;
    }
  }

  /** After so many epochs, and after the last; never where {@code epochs} is 0. */
  private IntPredicate every(int epochs) {
    return done -> epochs > 0 && (done % epochs == 0 || done == config.training().epochs());
  }

  @Override
  @SuppressWarnings("try") // a stop is listened to until all else is closed
  public void close() {
    try (StopSignal last = stop) {
      closeAll()
          .ifPresent(
              e -> {
                throw e;
              });
    }
  }

  /** Closes all, whatever happens; what the first threw that did, with the others. */
  private Optional<RuntimeException> closeAll() {
    RuntimeException first = null;
    for (Runnable close : closed) {
      try {
        close.run();
      } catch (RuntimeException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    return Optional.ofNullable(first);
  }
}
