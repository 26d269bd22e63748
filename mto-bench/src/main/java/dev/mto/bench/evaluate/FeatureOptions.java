package dev.mto.bench.evaluate;

import dev.mto.engine.encoder.FeatureKind;
import dev.mto.engine.encoder.Pooling;
import dev.mto.engine.errors.UserException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/** Options that say which features of a frozen encoder are meant. */
public final class FeatureOptions {
  @Option(
      names = "--feature",
      paramLabel = "NAME",
      description = "mean of the patch tokens (the default), or the class token.")
  private Pooling pooling;

  @Option(
      names = "--block",
      paramLabel = "K",
      description =
          "Output of block K, from 1, before any norm, the last block's too (default: the last"
              + " block's, after the final norm).")
  private Integer block;

  /**
   * The features that were chosen, or the usual ones.
   *
   * @throws UserException for a block that is none
   */
  public FeatureKind kind() {
    return new FeatureKind(
        pooling == null ? Pooling.MEAN : pooling, block == null ? 0 : requireBlock(block));
  }

  /**
   * What was chosen, as settings of a recipe.
   *
   * @throws UserException for a block that is none
   */
  List<String> settings() {
    List<String> settings = new ArrayList<>();
    if (pooling != null) {
      settings.add("pooling=" + pooling.name().toLowerCase(Locale.ROOT));
    }
    if (block != null) {
      settings.add("block=" + requireBlock(block));
    }
    return settings;
  }

  static int requireBlock(int block) {
    if (block < 1) {
      throw new UserException("--block " + block + ": blocks are counted from 1");
    }
    return block;
  }
}
