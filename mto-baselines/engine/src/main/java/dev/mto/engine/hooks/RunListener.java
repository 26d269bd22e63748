package dev.mto.engine.hooks;

import java.nio.file.Path;

/**
 * Is told how a pre-training goes on. An implementation is public, has a public constructor without
 * parameters, and is named in {@code META-INF/services/dev.mto.engine.hooks.RunListener} of its
 * jar, which lies in {@code plugins/} or anywhere else on the class path.
 *
 * <p>The calls come one after another from the thread that trains, which waits for each: what takes
 * time belongs into a thread of the listener's own. What a listener throws never ends the run: it
 * is warned of once, by the listener's name, and the listener is told of what comes next all the
 * same. Arguments may be kept; they are not changed later.
 */
public interface RunListener {
  /** A run begins, or goes on; its folder has the configuration. */
  default void began(RunStart run) {}

  /** An optimizer step was made. */
  default void stepDone(RunStep step) {}

  /**
   * An epoch has ended and was measured.
   *
   * @param epoch from 1
   * @param lastStep its last step, again, whose numbers have {@code val_loss} and {@code knn} where
   *     those were measured
   */
  default void epochMeasured(int epoch, RunStep lastStep) {}

  /**
   * A checkpoint is on the disk, whole.
   *
   * @param file in safetensors; {@code last.safetensors} is replaced by the next of this name
   * @param step steps that were done
   */
  default void checkpointSaved(Path file, long step) {}

  /** The run is over: it is finished, was stopped, or has failed. Nothing is told after this. */
  default void ended(RunEnd end) {}
}
