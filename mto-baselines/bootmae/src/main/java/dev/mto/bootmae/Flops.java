package dev.mto.bootmae;

import dev.mto.models.BlockConfig;
import dev.mto.models.QkvBias;
import dev.mto.models.VitConfig;

/** Floating-point operations of matrix products, two for each multiply-add. */
final class Flops {
  private Flops() {}

  /**
   * Of one image's forward pass; the teacher's encoder at a third, for it has no backward pass.
   *
   * @param visible V, patches that the encoder sees
   */
  static double forward(VitConfig vit, BootMaeOptions options, int visible) {
    int all = 1 + vit.patches();
    int dim = vit.dim();
    double embedding = 2.0 * vit.patches() * vit.patchValues() * dim;
    double heads = 2.0 * vit.patches() * (options.decoderDim() * vit.patchValues() + dim * dim);
    double down = 2.0 * (1 + visible) * dim * (options.decoderDim() + dim);
    BlockConfig block = BlockConfig.of(vit, QkvBias.QUERY_AND_VALUE);
    double encoder = embedding + vit.depth() * block.forwardFlops(1 + visible);
    double teacher = embedding + vit.depth() * block.forwardFlops(all);
    double decoders =
        options.decoderDepth()
            * (decoderBlock(BootMaeDecoder.block(vit, options.decoderDim()), dim, all, visible)
                + decoderBlock(BootMaeDecoder.block(vit, dim), dim, all, visible));
    return encoder + down + decoders + heads + teacher / 3;
  }

  private static double decoderBlock(BlockConfig block, int featureDim, int tokens, int visible) {
    double keys = 1.0 + visible;
    double queriesAndOutput = 2.0 * tokens * block.dim() * block.inner();
    double keysAndValues = 2.0 * keys * featureDim * block.inner();
    double affinities = 2.0 * tokens * keys * block.inner();
    return block.forwardFlops(tokens) + 2 * (queriesAndOutput + keysAndValues + affinities);
  }
}
