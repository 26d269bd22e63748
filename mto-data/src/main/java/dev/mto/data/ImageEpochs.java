package dev.mto.data;

import java.util.function.IntFunction;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.MultiDataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/**
 * Epoch after epoch as one iterator: each {@link #reset()} begins the next epoch, with an order and
 * augmentation of its own, as {@code fit(iterator, epochs)} of Deeplearning4j and its early
 * stopping expect. Use it from one thread and close it.
 */
public final class ImageEpochs implements MultiDataSetIterator, AutoCloseable {
  private static final long serialVersionUID = 1L;

  private final transient IntFunction<ImageBatches> epochs;
  private transient ImageBatches current;
  private transient MultiDataSetPreProcessor preProcessor;
  private transient boolean begun;
  private int epoch;

  /**
   * Begins with epoch 0.
   *
   * @param epochs the batches of an epoch; closed by this
   */
  public ImageEpochs(IntFunction<ImageBatches> epochs) {
    this.epochs = epochs;
    this.current = epochs.apply(0);
  }

  /** Epoch that is read, from 0. */
  public int epoch() {
    return epoch;
  }

  @Override
  public boolean hasNext() {
    return current.hasNext();
  }

  @Override
  public MultiDataSet next() {
    begun = true;
    return current.next();
  }

  @Override
  public MultiDataSet next(int size) {
    begun = true;
    return current.next(size);
  }

  @Override
  public void setPreProcessor(MultiDataSetPreProcessor preProcessor) {
    this.preProcessor = preProcessor;
    current.setPreProcessor(preProcessor);
  }

  @Override
  public MultiDataSetPreProcessor getPreProcessor() {
    return preProcessor;
  }

  @Override
  public boolean resetSupported() {
    return true;
  }

  /** False: each epoch reads ahead itself. */
  @Override
  public boolean asyncSupported() {
    return false;
  }

  /** Begins the next epoch; does nothing before the first batch of one. */
  @Override
  public void reset() {
    if (begun) {
      current.close();
      current = epochs.apply(++epoch);
      current.setPreProcessor(preProcessor);
      begun = false;
    }
  }

  @Override
  public void close() {
    current.close();
  }
}
