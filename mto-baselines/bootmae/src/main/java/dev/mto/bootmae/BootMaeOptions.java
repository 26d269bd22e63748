package dev.mto.bootmae;

import dev.mto.engine.config.Rules;
import dev.mto.engine.config.Setting;
import java.util.List;

/** What only BootMAE has, under {@code options} of a configuration. */
public record BootMaeOptions(
    @Setting(
            value = "Width of the pixel decoder's tokens; the feature decoder has the encoder's.",
            unit = "numbers",
            range = "a multiple of 4")
        int decoderDim,
    @Setting(value = "Blocks of each decoder.", unit = "blocks", range = "at least 1")
        int decoderDepth,
    @Setting(
            value =
                "Encoder blocks, from 0, whose output the pixel decoder and the feature decoder"
                    + " attend to; negative ones count from the last, -1.",
            range = "two blocks, for the pixel and the feature decoder")
        List<Integer> injectedBlocks,
    @Setting(
            value = "Patches that blocks mask before the mask is filled up at random.",
            unit = "patches",
            range = "at least 1")
        int blockPatches,
    @Setting(value = "Smallest area of a block.", unit = "patches", range = "at least 1")
        int blockMin,
    @Setting(
            value = "Largest area of a block.",
            unit = "patches",
            range = "at least options.block_min")
        int blockMax,
    @Setting("Whether a masked patch weighs the more, the more of its neighbours are masked.")
        boolean weightMask,
    @Setting(
            value =
                "Weight of the feature loss once its ramp is over, after a quarter of the epochs.",
            range = Rules.NOT_NEGATIVE)
        double featureWeight,
    @Setting(
            value = "Decay of the teacher at epoch 0 and at each of ema_epochs, linear between.",
            range = "decays in [0, 1)")
        List<Double> emaDecay,
    @Setting(
            value =
                "Epochs at which the further values of ema_decay are reached; the last one stays.",
            unit = "epochs",
            range = "ascending, above 0, one fewer than options.ema_decay has values")
        List<Integer> emaEpochs) {
  /** Checks ranges and copies the lists. */
  public BootMaeOptions {
    require(
        decoderDim >= 4 && decoderDim % 4 == 0,
        "decoder_dim",
        decoderDim,
        "a multiple of 4, e.g. 512");
    require(decoderDepth >= 1, "decoder_depth", decoderDepth, "at least 1, e.g. 2");
    require(
        injectedBlocks != null && injectedBlocks.size() == 2,
        "injected_blocks",
        injectedBlocks,
        "two blocks, for the pixel and the feature decoder, e.g. [0, -1]");
    require(blockPatches >= 1, "block_patches", blockPatches, "at least 1, e.g. 120");
    require(blockMin >= 1, "block_min", blockMin, "at least 1, e.g. 16");
    require(blockMax >= blockMin, "block_max", blockMax, "at least options.block_min, " + blockMin);
    require(
        featureWeight >= 0 && Double.isFinite(featureWeight),
        "feature_weight",
        featureWeight,
        "0 or greater");
    require(
        emaDecay != null && !emaDecay.isEmpty() && emaDecay.stream().allMatch(d -> d >= 0 && d < 1),
        "ema_decay",
        emaDecay,
        "decays in [0, 1), e.g. [0.999, 0.9999]");
    require(
        emaEpochs != null && emaEpochs.size() == emaDecay.size() - 1 && ascending(emaEpochs),
        "ema_epochs",
        emaEpochs,
        "ascending epochs above 0, one fewer than options.ema_decay has values");
    injectedBlocks = List.copyOf(injectedBlocks);
    emaDecay = List.copyOf(emaDecay);
    emaEpochs = List.copyOf(emaEpochs);
  }

  /** The encoder block that the pixel decoder attends to, from 0. */
  int pixelBlock(int depth) {
    return block(0, depth);
  }

  /** The encoder block that the feature decoder attends to, from 0. */
  int featureBlock(int depth) {
    return block(1, depth);
  }

  /**
   * The weight of the feature loss in {@code epoch}, from 0, of a run of {@code epochs}: it rises
   * linearly over the first quarter.
   */
  double featureWeightAt(int epoch, int epochs) {
    return Math.min(4.0 * (1 + epoch) / epochs, 1) * featureWeight;
  }

  /**
   * The decay of the teacher's moving average in {@code epoch}, from 0. The official base recipe
   * goes .999 → .9999 → .99999 at epochs 0, 100 and 400; the large one stops at the second.
   */
  double emaDecayAt(int epoch) {
    int from = 0;
    for (int i = 0; i < emaEpochs.size(); i++) {
      int to = emaEpochs.get(i);
      if (epoch < to) {
        double start = emaDecay.get(i);
        return start + (emaDecay.get(i + 1) - start) * (epoch - from) / (to - from);
      }
      from = to;
    }
    return emaDecay.get(emaDecay.size() - 1);
  }

  private int block(int decoder, int depth) {
    int given = injectedBlocks.get(decoder);
    int block = given < 0 ? depth + given : given;
    require(
        block >= 0 && block < depth,
        "injected_blocks",
        injectedBlocks,
        "between -" + depth + " and " + (depth - 1) + " for an encoder of " + depth + " blocks");
    return block;
  }

  private static boolean ascending(List<Integer> epochs) {
    int last = 0;
    for (int epoch : epochs) {
      if (epoch <= last) {
        return false;
      }
      last = epoch;
    }
    return true;
  }

  private static void require(boolean holds, String key, Object value, String rule) {
    if (!holds) {
      throw new IllegalArgumentException("options." + key + ": " + value + " must be " + rule);
    }
  }
}
