package dev.mto.peer;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** A model of masked image modelling with its self-supervised loss. */
interface Model {

  /**
   * What a pass computed. All tokens are [B, T, D], class token first, of the blocks that see the
   * masked tokens.
   *
   * @param loss the self-supervised loss, a scalar
   * @param beforePosition the input of block 0 before positions are added to it
   * @param layers input of block 0, then each block's output
   */
  record Forward(Tensor loss, Tensor beforePosition, List<Tensor> layers) {

    public Forward {
      layers = List.copyOf(layers);
    }
  }

  /**
   * Runs the model.
   *
   * @param images [B, 3, S, S]
   */
  Forward forward(Tensor images, PatchMask mask);
}
