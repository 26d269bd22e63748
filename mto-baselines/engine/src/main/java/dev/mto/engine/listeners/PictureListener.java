package dev.mto.engine.listeners;

import dev.mto.engine.analysis.RunPictures;
import dev.mto.executor.memory.NotEnoughMemoryException;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/** Makes the run's pictures; where there is no memory for them, the run goes on without. */
public final class PictureListener implements TrainingListener {
  private final RunPictures pictures;
  private final IntPredicate epochs;
  private final Consumer<String> warn;
  private boolean warned;

  /**
   * Makes {@code pictures}.
   *
   * @param epochs whether there is a picture after so many epochs
   * @param warn is told once that there is no memory for them
   */
  public PictureListener(RunPictures pictures, IntPredicate epochs, Consumer<String> warn) {
    this.pictures = pictures;
    this.epochs = epochs;
    this.warn = warn;
  }

  @Override
  public void epochDone(int epoch) {
    if (epochs.test(epoch + 1)) {
      make(() -> pictures.reconstruction(epoch + 1));
      pictures.loss();
    }
  }

  @Override
  public void ended(boolean done) {
    if (done) {
      make(pictures::last);
    }
    pictures.loss();
  }

  private void make(Runnable picture) {
    try {
      picture.run();
    } catch (NotEnoughMemoryException e) {
      if (!warned) {
        warn.accept("warning: pictures are left out: " + e.getMessage());
      }
      warned = true;
    }
  }
}
