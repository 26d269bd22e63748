package dev.mto.engine.run;

import dev.mto.engine.folder.CheckpointStore;
import dev.mto.engine.listeners.TrainingListener;
import java.nio.file.Path;
import java.util.function.BiConsumer;
import java.util.function.IntPredicate;

/** Saves the loop's state: when minutes are over, at the end of epochs, and at the very end. */
public final class SavingListener implements TrainingListener {
  private final TrainingLoop loop;
  private final CheckpointStore store;
  private final double everyMinutes;
  private final IntPredicate keptEpochs;
  private final IntPredicate savedEpochs;
  private BiConsumer<Path, Long> saved = (file, step) -> {};
  private long savedAt = System.nanoTime();

  /**
   * Saves into {@code store}.
   *
   * @param everyMinutes between saves of {@code last}
   * @param keptEpochs whether a checkpoint is kept beside {@code last} after so many epochs
   * @param savedEpochs whether {@code last} is saved after so many epochs, whatever the time
   */
  public SavingListener(
      TrainingLoop loop,
      CheckpointStore store,
      double everyMinutes,
      IntPredicate keptEpochs,
      IntPredicate savedEpochs) {
    this.loop = loop;
    this.store = store;
    this.everyMinutes = everyMinutes;
    this.keptEpochs = keptEpochs;
    this.savedEpochs = savedEpochs;
  }

  /** The same listener, which tells of each file and of the steps done when it was saved. */
  SavingListener telling(BiConsumer<Path, Long> of) {
    saved = of;
    return this;
  }

  @Override
  public void epochDone(int epoch) {
    if (keptEpochs.test(epoch + 1)) {
      saved.accept(store.saveEpoch(loop.checkpoint(), epoch + 1), loop.done());
    }
    if (savedEpochs.test(epoch + 1)) {
      save();
    }
  }

  @Override
  public void settled() {
    if ((System.nanoTime() - savedAt) / 6e10 >= everyMinutes) {
      save();
    }
  }

  @Override
  public void ended(boolean done) {
    save();
  }

  private void save() {
    Path file = store.saveLast(loop.checkpoint());
    savedAt = System.nanoTime();
    saved.accept(file, loop.done());
  }
}
