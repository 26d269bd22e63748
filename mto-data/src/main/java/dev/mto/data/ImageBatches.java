package dev.mto.data;

import dev.mto.data.folder.BadImages;
import dev.mto.data.folder.ImageFolder;
import dev.mto.data.folder.ReadingThreads;
import dev.mto.data.folder.TooManyBadImagesException;
import dev.mto.data.image.Exif;
import dev.mto.data.image.Photometric;
import dev.mto.data.image.Preprocessing;
import dev.mto.data.mask.MaskSampler;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.MultiDataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/**
 * The batches of one epoch, read ahead by worker threads. Order, views and masks depend on seed,
 * epoch, image and, for masks, optimizer step alone: any number of workers gives the same bits, and
 * starting at batch k gives the tail of the whole epoch without reading what comes before. Held at
 * a time are at most {@code prefetch} batches and the one handed out. {@link #waitedNanos()} tells
 * whether the workers keep up. Use it from one thread and close it.
 *
 * <p>For evaluation, epoch 0 without augmentation: order, crops and masks are the same every time.
 */
public final class ImageBatches implements MultiDataSetIterator, AutoCloseable {
  private static final long serialVersionUID = 1L;

  private final transient ImageSource source;
  private final transient BadImages bad;
  private final transient BooleanSupplier stop;
  private final transient ExecutorService workers;
  private final transient BatchArrays.Buffers buffers;
  private final transient Deque<BatchTask> ahead = new ArrayDeque<>();
  private final int[] order;
  private final int batchSize;
  private final int batches;
  private final int batchesPerStep;
  private final int startBatch;
  private final int part;
  private final int parts;
  private final int prefetch;
  private int nextToSubmit;
  private long waitedNanos;
  private transient ImageBatch ready;
  private transient MultiDataSetPreProcessor preProcessor;
  private transient boolean closed;

  private ImageBatches(Builder options) {
    source =
        new ImageSource(
            options.folder,
            options.preprocessing,
            options.sampler,
            options.photometric,
            options.replacing,
            options.reducedDecoding,
            options.exif,
            options.seed,
            options.epoch,
            new AtomicReference<>(StageTimes.NONE));
    bad = options.bad;
    stop = options.stop;
    batchSize = options.batchSize;
    batches = options.batches();
    batchesPerStep = options.batchesPerStep;
    startBatch = options.startBatch;
    part = options.part;
    parts = options.parts;
    prefetch = options.prefetch;
    order = source.order(options.shuffle ? options.shuffledBy : null, batchesPerStep, batchSize);
    nextToSubmit = startBatch;
    buffers = new BatchArrays.Buffers(Math.multiplyExact(batchSize, source.imageLength()));
    workers = ReadingThreads.start(options.workers);
  }

  /** Starts the options of an epoch over {@code folder}. */
  public static Builder from(ImageFolder folder, Preprocessing preprocessing) {
    return new Builder(folder, preprocessing);
  }

  /** Batches of the whole epoch, from batch 0, counting those without a readable image. */
  public int batches() {
    return batches;
  }

  /**
   * Nanoseconds that the caller has waited for the workers in {@link #hasNext()}, {@link
   * #nextBatch()} and {@link #next()} since this was built. The first batch is always waited for; a
   * total that grows afterwards means that more workers, or a faster disk, would shorten the
   * training step.
   */
  public long waitedNanos() {
    return waitedNanos;
  }

  /** Where the workers' time has gone so far. */
  public StageTimes stageTimes() {
    return source.times().get();
  }

  /**
   * Whether a batch with at least one readable image is left; waits until it is read.
   *
   * @throws StoppedException if a stop is asked for while it waits
   */
  @Override
  public boolean hasNext() {
    requireOpen();
    while (ready == null) {
      submitAhead();
      if (ahead.isEmpty()) {
        return false;
      }
      ready = await(ahead.remove());
    }
    return true;
  }

  /** As {@link #hasNext()}, of the batches up to number {@code end}, exclusive. */
  public boolean hasNextBefore(long end) {
    return hasNext() && ready.number() < end;
  }

  /**
   * The next batch; the caller closes it.
   *
   * @throws NoSuchElementException after the last batch
   * @throws TooManyBadImagesException if too many images are unreadable
   * @throws StoppedException if a stop is asked for while it waits
   * @throws IllegalStateException if a worker failed otherwise or this was closed
   */
  public ImageBatch nextBatch() {
    if (!hasNext()) {
      throw new NoSuchElementException("the epoch has only " + batches + " batches");
    }
    ImageBatch batch = ready;
    ready = null;
    submitAhead();
    return batch;
  }

  /**
   * The next batch as features [images, mask, second view], less what was not asked for, and labels
   * [one-hot (B, classes) float32], or no labels for an unlabelled folder.
   */
  @Override
  public MultiDataSet next() {
    MultiDataSet set = nextBatch().dataSet(source.folder().classes().size());
    if (preProcessor != null) {
      preProcessor.preProcess(set);
    }
    return set;
  }

  /** Only the batch size of this iterator is possible. */
  @Override
  public MultiDataSet next(int size) {
    if (size != batchSize) {
      throw new IllegalArgumentException(
          "batches have " + batchSize + " images, not " + size + ": set batchSize in the builder");
    }
    return next();
  }

  /** Applied to what {@link #next()} gives, not to {@link #nextBatch()}. */
  @Override
  public void setPreProcessor(MultiDataSetPreProcessor preProcessor) {
    this.preProcessor = preProcessor;
  }

  @Override
  public MultiDataSetPreProcessor getPreProcessor() {
    return preProcessor;
  }

  @Override
  public boolean resetSupported() {
    return true;
  }

  /** False: this iterator reads ahead itself. */
  @Override
  public boolean asyncSupported() {
    return false;
  }

  /** Back to the start batch of the same epoch. */
  @Override
  public void reset() {
    requireOpen();
    drop();
    nextToSubmit = startBatch;
  }

  /** Stops the workers and drops what was read ahead; batches handed out stay valid. */
  @Override
  public void close() {
    closed = true;
    workers.shutdownNow();
    drop();
  }

  private void submitAhead() {
    while (ahead.size() < prefetch && nextToSubmit < batches) {
      if (!isOwn(nextToSubmit)) {
        nextToSubmit++;
        continue;
      }
      int from = nextToSubmit * batchSize;
      int[] indices = Arrays.copyOfRange(order, from, Math.min(order.length, from + batchSize));
      int step = nextToSubmit / batchesPerStep;
      ahead.add(new BatchTask(source, nextToSubmit, step, indices, buffers).submit(workers));
      nextToSubmit++;
    }
  }

  private boolean isOwn(int batch) {
    return batch % batchesPerStep / (batchesPerStep / parts) == part;
  }

  private ImageBatch await(BatchTask task) {
    long since = System.nanoTime();
    try {
      return task.await(bad, stop);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while images were read", e);
    } finally {
      waitedNanos += System.nanoTime() - since;
    }
  }

  private void drop() {
    ahead.forEach(BatchTask::cancel);
    ahead.clear();
    if (ready != null) {
      ready.close();
      ready = null;
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the batches were closed");
    }
  }

  /** Options of an epoch. Defaults: batch 64, seed 0, epoch 0, order shuffled, 2 workers. */
  public static final class Builder {
    private final ImageFolder folder;
    private final Preprocessing preprocessing;
    private MaskSampler sampler;
    private Photometric photometric;
    private BadImages bad;
    private boolean replacing;
    private BooleanSupplier stop = () -> false;
    private int batchSize = 64;
    private int batchesPerStep = 1;
    private long seed;
    private int epoch;
    private boolean shuffle = true;
    private Shuffle shuffledBy = Shuffle.EXACT;
    private int startBatch;
    private int part;
    private int parts = 1;
    private boolean dropLast;
    private boolean reducedDecoding;
    private Exif exif = Exif.APPLY;
    private int workers = 2;
    private int prefetch = 3;

    private Builder(ImageFolder folder, Preprocessing preprocessing) {
      this.folder = Objects.requireNonNull(folder, "folder");
      this.preprocessing = Objects.requireNonNull(preprocessing, "preprocessing");
    }

    /** Draws a mask for each image; without it batches have none. */
    public Builder masks(MaskSampler sampler) {
      this.sampler = sampler;
      return this;
    }

    /** Gives a second view of each crop with other colours; without it batches have none. */
    public Builder secondView(Photometric photometric) {
      this.photometric = photometric;
      return this;
    }

    /** Where unreadable images are listed; without it the first one is an UncheckedIOException. */
    public Builder badImages(BadImages bad) {
      this.bad = bad;
      return this;
    }

    /**
     * Whether the place of an image that cannot be read is taken by the next one of the folder, so
     * that batches for training are full; otherwise, for measuring, the batch is shorter.
     */
    public Builder replaceUnreadable(boolean replacing) {
      this.replacing = replacing;
      return this;
    }

    /** Asked often while batches are waited for; once it is true they end, as by Ctrl-C. */
    public Builder stopWhen(BooleanSupplier stop) {
      this.stop = stop;
      return this;
    }

    public Builder batchSize(int batchSize) {
      this.batchSize = batchSize;
      return this;
    }

    /**
     * Batches of one optimizer step, from batch 0 of the epoch on; they share the step's stream of
     * the mask sampler.
     */
    public Builder batchesPerStep(int batchesPerStep) {
      this.batchesPerStep = batchesPerStep;
      return this;
    }

    /**
     * Reads of each optimizer step one of {@code parts} equal parts, from 0, and leaves the rest to
     * others; batches keep their numbers.
     */
    public Builder part(int part, int parts) {
      this.part = part;
      this.parts = parts;
      return this;
    }

    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    public Builder epoch(int epoch) {
      this.epoch = epoch;
      return this;
    }

    /** Whether the order is a permutation by seed and epoch, or the folder's own. */
    public Builder shuffle(boolean shuffle) {
      this.shuffle = shuffle;
      return this;
    }

    /**
     * How the order is drawn where it is shuffled; exactly by default. {@link Shuffle#LANES} is for
     * archives, has a lane for each of the batches of a step, and counts steps from batch 0.
     */
    public Builder shuffledBy(Shuffle shuffledBy) {
      this.shuffledBy = Objects.requireNonNull(shuffledBy, "shuffledBy");
      return this;
    }

    /** First batch of the epoch to read, for a run resumed in mid-epoch. */
    public Builder startBatch(int startBatch) {
      this.startBatch = startBatch;
      return this;
    }

    /** Whether a last batch that is not full is left out. */
    public Builder dropLast(boolean dropLast) {
      this.dropLast = dropLast;
      return this;
    }

    /**
     * Whether JPEGs are decoded at 1/2, 1/4 or 1/8 of their resolution where a crop for training
     * still has at least as many pixels as its result. Large photos are read several times faster;
     * values differ slightly from those of the full resolution (the crop's edges move to whole
     * pixels of the smaller image, and libjpeg's filter is a little sharper), so this belongs to
     * what a run must repeat. Off by default. It changes nothing for PNG, for smaller images, and
     * for evaluation.
     */
    public Builder reducedDecoding(boolean reducedDecoding) {
      this.reducedDecoding = reducedDecoding;
      return this;
    }

    /** What is done with the orientation that cameras note in files; applied by default. */
    public Builder exif(Exif exif) {
      this.exif = exif;
      return this;
    }

    /** Threads that read and decode. */
    public Builder workers(int workers) {
      this.workers = workers;
      return this;
    }

    /** Batches read ahead. */
    public Builder prefetch(int prefetch) {
      this.prefetch = prefetch;
      return this;
    }

    /**
     * The epoch; reading starts with the first call that needs a batch.
     *
     * @throws IllegalArgumentException if an option is out of its range
     */
    public ImageBatches build() {
      require(batchSize >= 1, "batch size", batchSize, "at least 1");
      require(batchesPerStep >= 1, "number of batches of a step", batchesPerStep, "at least 1");
      require(
          parts >= 1 && batchesPerStep % parts == 0,
          "number of parts of a step",
          parts,
          "a divisor of " + batchesPerStep + ", the batches of a step");
      require(part >= 0 && part < parts, "part", part, "between 0 and " + (parts - 1));
      require(workers >= 1, "number of workers", workers, "at least 1");
      require(prefetch >= 1, "number of batches read ahead", prefetch, "at least 1");
      require(epoch >= 0, "epoch", epoch, "at least 0");
      require(
          batches() >= 1,
          "batch size",
          batchSize,
          "at most " + folder.size() + ", the number of images, when the last batch is dropped");
      require(
          startBatch >= 0 && startBatch <= batches(),
          "start batch",
          startBatch,
          "between 0 and " + batches() + ", the batches of the epoch");
      requireColours();
      if (shuffle) {
        shuffledBy.require(folder);
      }
      long values = (long) batchSize * preprocessing.channels() * preprocessing.height();
      if (values > Integer.MAX_VALUE / preprocessing.width()) {
        throw new IllegalArgumentException(
            "a batch of %d images of %d x %d x %d has more than 2^31 values: lower the batch size"
                .formatted(
                    batchSize,
                    preprocessing.channels(),
                    preprocessing.height(),
                    preprocessing.width()));
      }
      return new ImageBatches(this);
    }

    private void requireColours() {
      int channels = preprocessing.channels();
      boolean colours = photometric != null || preprocessing.randAugment().operations() > 0;
      if (colours && channels != 1 && channels != 3) {
        throw new IllegalArgumentException(
            "%s changes colours, which images of %d channels have not; %s"
                .formatted(
                    photometric == null ? "RandAugment" : "the second view",
                    channels,
                    photometric == null
                        ? "set rand_augment.operations to 0"
                        : "take a method without one, or 1 or 3 channels"));
      }
    }

    private int batches() {
      int full = folder.size() / batchSize;
      return dropLast || folder.size() % batchSize == 0 ? full : full + 1;
    }

    private static void require(boolean right, String what, int value, String rule) {
      if (!right) {
        throw new IllegalArgumentException("the " + what + " is " + value + " but must be " + rule);
      }
    }
  }
}
