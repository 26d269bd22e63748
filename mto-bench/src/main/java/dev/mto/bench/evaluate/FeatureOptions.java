package dev.mto.bench.evaluate;

import dev.mto.engine.encoder.FeatureKind;
import dev.mto.engine.encoder.Pooling;
import dev.mto.engine.errors.UserException;
import picocli.CommandLine.Option;

/** Options that say which features of a frozen encoder are meant. */
public final class FeatureOptions {
  @Option(
      names = "--feature",
      paramLabel = "NAME",
      description = "mean of the patch tokens (the default), or the class token.")
  private Pooling pooling = Pooling.MEAN;

  @Option(
      names = "--block",
      paramLabel = "K",
      description = "Output of block K, from 1 (default: the last block's, after the final norm).")
  private int block;

  /**
   * The features that were chosen.
   *
   * @throws UserException for a block that is none
   */
  public FeatureKind kind() {
    if (block < 0) {
      throw new UserException("--block " + block + ": blocks are counted from 1");
    }
    return new FeatureKind(pooling, block);
  }
}
