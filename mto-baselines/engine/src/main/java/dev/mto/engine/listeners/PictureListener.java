package dev.mto.engine.listeners;

import dev.mto.engine.analysis.RunPictures;
import java.util.function.IntPredicate;

/** Makes the run's pictures. */
public final class PictureListener implements TrainingListener {
  private final RunPictures pictures;
  private final IntPredicate epochs;

  /**
   * Makes {@code pictures}.
   *
   * @param epochs whether there is a picture after so many epochs
   */
  public PictureListener(RunPictures pictures, IntPredicate epochs) {
    this.pictures = pictures;
    this.epochs = epochs;
  }

  @Override
  public void epochDone(int epoch) {
    if (epochs.test(epoch + 1)) {
      pictures.reconstruction(epoch + 1);
      pictures.loss();
    }
  }

  @Override
  public void ended(boolean done) {
    if (done) {
      pictures.last();
    }
    pictures.loss();
  }
}
