package dev.mto.simmim;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mto.data.folder.BadImages;
import dev.mto.data.folder.ImageFolder;
import dev.mto.data.folder.ShardedImages;
import dev.mto.engine.Baseline;
import dev.mto.engine.TrainingPosition;
import dev.mto.engine.collective.Collective;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.DivergenceException;
import dev.mto.engine.errors.PeerException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.RunFolder;
import dev.mto.engine.folder.Start;
import dev.mto.engine.folder.StopSignal;
import dev.mto.engine.run.StepShare;
import dev.mto.engine.testing.Ranks;
import dev.mto.engine.testing.Ranks.Outcome;
import dev.mto.engine.testing.TinyRun;
import dev.mto.engine.testing.WorkersContract;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Workers as threads; those of a cluster are processes of the same code. */
class WorkersTest extends WorkersContract {
  WorkersTest() {
    super(TinySimMim::in);
  }

  @Test
  void fourMicroBatchesMakeTheSameBitsOnOneTwoAndFourWorkersAndWhereTheirNumberChanges() {
    TinyRun tiny = tiny();
    Path one = tiny.train("one", FOURS);
    assertSame(tiny.trainByWorkers(2, "two", FOURS), one);

    Path changing = tiny.root().resolve("changing");
    RunConfig config = tiny.config(FOURS);
    Baseline stoppedAt2 = tiny.observing("trainingFeeds", stoppingAt(2));
    run(4, stoppedAt2, config, RunFolder.create(changing), Start.anew());
    Baseline stoppedAt5 = tiny.observing("trainingFeeds", stoppingAt(5));
    run(2, stoppedAt5, config, RunFolder.open(changing), Start.resumed());
    tiny.resume("changing");
    assertThat(changing.resolve("train.log"))
        .content()
        .containsPattern("(?s)4 workers.*stopped after step [12];.*resuming after step [12]")
        .containsPattern("(?s)2 workers.*stopped after step [45];.*resuming after step [45]");
    assertSame(changing, one);
  }

  /** Shards of which each worker reads its lanes, also where the number of workers changes. */
  @Test
  void lanesMakeTheSameBitsOnOneTwoAndFourWorkersAndWhereTheirNumberChanges() throws IOException {
    TinyRun tiny = tiny();
    String[] lanes = joined(FOURS, "data.train=" + shards(tiny), "data.shuffle=lanes");
    Path one = tiny.train("one", lanes);
    assertThat(TinyRun.metrics(one)).hasSize(6);
    assertSame(tiny.trainByWorkers(2, "two", lanes), one);
    assertSame(tiny.trainByWorkers(4, "four", lanes), one);

    Path changing = tiny.root().resolve("changing");
    RunConfig config = tiny.config(lanes);
    Baseline stoppedAt2 = tiny.observing("trainingFeeds", stoppingAt(2));
    run(4, stoppedAt2, config, RunFolder.create(changing), Start.anew());
    Baseline stoppedAt5 = tiny.observing("trainingFeeds", stoppingAt(5));
    run(2, stoppedAt5, config, RunFolder.open(changing), Start.resumed());
    tiny.resume("changing");
    assertSame(changing, one);
    assertThat(TinyRun.metrics(tiny.train("exact", joined(lanes, "data.shuffle=exact"))))
        .isNotEqualTo(TinyRun.metrics(one));
  }

  private static Path shards(TinyRun tiny) throws IOException {
    ImageFolder images = ImageFolder.open(Path.of(tiny.config().data().train()));
    Path shards = Files.createDirectories(tiny.root().resolve("shards"));
    ShardedImages sharded = new ShardedImages(List.of(images), 5, 1, false);
    for (int i = 0; i < 5; i++) {
      try (OutputStream out =
          Files.newOutputStream(shards.resolve(ShardedImages.fileName("s", i)))) {
        sharded.write(i, out, BadImages.telling(line -> {}, images.size(), 0), () -> {});
      }
    }
    return shards;
  }

  /** Asks to stop while a step is made, which is then made to its end or not at all. */
  private static BiFunction<Object[], Object, Object> stoppingAt(long step) {
    AtomicBoolean asked = new AtomicBoolean();
    return (arguments, feeds) -> {
      if (((TrainingPosition) arguments[1]).step() == step - 1 && !asked.getAndSet(true)) {
        StopSignal.request();
      }
      return feeds;
    };
  }

  private static List<Outcome<Boolean>> run(
      int workers, Baseline baseline, RunConfig config, RunFolder folder, Start start) {
    List<Outcome<Boolean>> outcomes =
        Ranks.run(
            workers, collective -> TinyRun.runOf(baseline, config, folder, start, collective));
    assertThat(outcomes).allSatisfy(o -> assertThat(o.error()).isNull());
    return outcomes;
  }

  /** Gradients of single losses, weights by their norms, and what MTO must not move. */
  @Test
  void everyOptionOfMtoHasTheSameBits() {
    TinyRun tiny = tiny();
    String[] settings =
        Stream.concat(
                Stream.of(FOURS),
                Stream.of(
                    "training.epochs=1",
                    "training.clip=0.05",
                    "mto.gradient_share=0.05",
                    "mto.gradient_share_steps=2",
                    "log.mto_gradients_every=2",
                    "mto.gradients=not_encoder"))
            .toArray(String[]::new);
    assertSame(tiny.trainByWorkers(2, "two", settings), tiny.train("one", settings));
  }

  @Test
  void eachWorkerMeasuresItsShareOfTheValidationImages() {
    TinyRun tiny = tiny();
    String[] twos = {
      "training.batch=2",
      "training.accumulate=2",
      "training.epochs=1",
      "log={knn_every_epochs: 0, pictures_every_epochs: 0}"
    };
    AtomicIntegerArray measured = new AtomicIntegerArray(2);
    RunFolder folder = RunFolder.create(tiny.root().resolve("two"));
    List<Outcome<Boolean>> outcomes =
        Ranks.run(
            2,
            collective -> {
              Baseline counting =
                  tiny.observing(
                      "evaluationFeeds",
                      (arguments, feeds) -> {
                        measured.incrementAndGet(collective.rank());
                        return feeds;
                      });
              return TinyRun.runOf(counting, tiny.config(twos), folder, Start.anew(), collective);
            });
    assertThat(outcomes).allSatisfy(o -> assertThat(o.error()).isNull());
    assertThat(measured).hasToString("[2, 2]");
    assertSame(folder.root(), tiny.train("one", twos));
  }

  /** What becomes of two workers, the second of which trains by another baseline. */
  private static List<Outcome<Boolean>> ofTwo(
      TinyRun tiny, Baseline second, RunConfig config, RunConfig seconds) {
    RunFolder folder = RunFolder.create(tiny.root().resolve("run"));
    return Ranks.run(
        Ranks.impatient(),
        IntStream.range(0, 2)
            .mapToObj(
                rank ->
                    (Ranks.Work<Boolean>)
                        collective ->
                            TinyRun.runOf(
                                rank == 0 ? tiny.baseline() : second,
                                rank == 0 ? config : seconds,
                                folder,
                                Start.anew(),
                                collective))
            .toList());
  }

  /** Passes the feeds of the second step through a change. */
  private static BiFunction<Object[], Object, Object> inTheSecondStep(
      UnaryOperator<Map<String, INDArray>> change) {
    return (arguments, feeds) -> {
      @SuppressWarnings("unchecked")
      Map<String, INDArray> given = (Map<String, INDArray>) feeds;
      return ((TrainingPosition) arguments[1]).step() == 1 ? change.apply(given) : given;
    };
  }

  private static List<Outcome<Boolean>> withASecondWorkerThat(
      TinyRun tiny, UnaryOperator<Map<String, INDArray>> change) {
    RunConfig config = tiny.config(FOURS);
    return ofTwo(tiny, tiny.observing("trainingFeeds", inTheSecondStep(change)), config, config);
  }

  @Test
  void aWorkerThatThrowsEndsTheOthersWithItsMessage() {
    List<Outcome<Boolean>> outcomes =
        withASecondWorkerThat(
            tiny(),
            feeds -> {
              throw new IllegalStateException("a fault of a test");
            });
    assertThat(outcomes.get(0).error())
        .isInstanceOf(PeerException.class)
        .hasMessageContaining("rank 1 on localhost: ")
        .hasMessageContaining("a fault of a test");
    assertThat(outcomes.get(1).error()).isNotInstanceOf(PeerException.class);
  }

  @Test
  void aWorkerThatDoesNotFinishItsStepIsNamed() {
    List<Outcome<Boolean>> outcomes =
        withASecondWorkerThat(
            tiny(),
            feeds -> {
              try {
                Thread.sleep(6000);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return feeds;
            });
    assertThat(outcomes.get(0).error())
        .isInstanceOf(PeerException.class)
        .hasMessageContaining("rank 1 on localhost: it lives, but has been in a step for");
  }

  @Test
  void whatIsNoNumberOnOneWorkerIsFoundByAllAndNamedByThatOne() {
    TinyRun tiny = tiny();
    List<Outcome<Boolean>> outcomes =
        withASecondWorkerThat(
            tiny,
            feeds -> {
              feeds.get("images").putScalar(0, Float.NaN);
              return feeds;
            });
    for (Outcome<Boolean> outcome : outcomes) {
      assertThat(outcome.error())
          .isInstanceOf(DivergenceException.class)
          .hasMessageContaining("step 1 (rank 1 on localhost): ")
          .hasMessageContaining("come out of the encoder embedding");
    }
    assertThat(TinyRun.metrics(tiny.root().resolve("run"))).hasSize(1);
  }

  @Test
  void aWorkerWithOtherImagesIsRefusedByName() throws IOException {
    TinyRun tiny = tiny();
    Path others = tiny.root().resolve("others");
    Path train = Path.of(tiny.config().data().train());
    copy(train, others);
    try (Stream<Path> files = Files.walk(others)) {
      Files.delete(files.filter(Files::isRegularFile).findFirst().orElseThrow());
    }
    RunConfig config = tiny.config(FOURS);
    RunConfig seconds = tiny.config(joined(FOURS, "data.train=" + others));
    List<Outcome<Boolean>> outcomes = ofTwo(tiny, tiny.baseline(), config, seconds);
    for (Outcome<Boolean> outcome : outcomes) {
      assertThat(outcome.error())
          .isInstanceOf(UserException.class)
          .hasMessageContaining("the workers do not agree")
          .hasMessageContaining("rank 1 on localhost has data.train 47 images, ")
          .hasMessageContaining("not 48 images, ");
    }
  }

  @Test
  void aWorkerWithAnotherNativeBuildIsRefusedByName() {
    TinyRun tiny = tiny();
    RunFolder folder = RunFolder.create(tiny.root().resolve("run"));
    List<Outcome<Boolean>> outcomes =
        Ranks.run(
            2,
            collective ->
                TinyRun.runOf(
                    tiny.baseline(),
                    tiny.config(FOURS),
                    folder,
                    Start.anew(),
                    collective.rank() == 0 ? collective : withOtherKernels(collective)));
    for (Outcome<Boolean> outcome : outcomes) {
      assertThat(outcome.error())
          .isInstanceOf(UserException.class)
          .hasMessageContaining("the workers do not agree")
          .hasMessageContaining("rank 1 on localhost has native build ")
          .hasMessageMatching(
              ".*kernels slow, instructions .*, not .*kernels fast, instructions .*");
    }
  }

  /** Tells the others of kernels that there are not. */
  private static Collective withOtherKernels(Collective collective) {
    return (Collective)
        Proxy.newProxyInstance(
            Collective.class.getClassLoader(),
            new Class<?>[] {Collective.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("gather")) {
                String facts = new String((byte[]) arguments[0], ISO_8859_1);
                arguments[0] = facts.replace("kernels fast", "kernels slow").getBytes(ISO_8859_1);
              }
              return method.invoke(collective, arguments);
            });
  }

  private static String[] joined(String[] first, String... more) {
    return Stream.of(first, more).flatMap(Stream::of).toArray(String[]::new);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path file : all.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 8})
  void aNumberThatDoesNotDealOutAStepIsRefused(int workers) {
    RunConfig config = tiny().config(FOURS);
    assertThatThrownBy(() -> StepShare.requirePossible(workers, config.training()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("--workers " + workers + ": must be a power of two that divides")
        .hasMessageContaining("training.accumulate (4)");
    StepShare.requirePossible(4, config.training());
  }
}
