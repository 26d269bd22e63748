package dev.mto.peer;

import static org.bytedeco.pytorch.global.torch.clip_grad_norm_;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.OptimizerParamGroup;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/** Forward, backward, global-norm clip, AdamW (betas 0.9 and 0.999, epsilon 1e-8, decay 0.05). */
final class TrainingStep {

  private static final double CLIP = 5.0;
  private static final double WEIGHT_DECAY = 0.05;

  private final SimMimModel model;
  private final boolean mto;
  private final TensorVector parameters;
  private final AdamW optimizer;

  TrainingStep(SimMimModel model, Weights weights, double learningRate, boolean mto) {
    this.model = model;
    this.mto = mto;
    this.parameters = new TensorVector(weights.all().toArray(Tensor[]::new));
    this.optimizer = new AdamW(weights.group(true), options(learningRate, WEIGHT_DECAY));
    optimizer.add_param_group(
        new OptimizerParamGroup(weights.group(false), options(learningRate, 0)));
  }

  /** Updates the weights once and gives the total loss before the update. */
  @SuppressWarnings("try") // the scope frees the step's native tensors
  double run(Tensor images, PatchMask mask) {
    try (PointerScope scope = new PointerScope()) {
      optimizer.zero_grad();
      SimMimModel.Forward forward = model.forward(images, mask);
      Tensor loss = forward.loss();
      if (mto) {
        loss = loss.add(MtoLoss.of(forward.layers(), mask).weightedSum());
      }
      loss.backward();
      clip_grad_norm_(parameters, CLIP);
      optimizer.step();
      return loss.item_double();
    }
  }

  private static AdamWOptions options(double learningRate, double decay) {
    AdamWOptions options = new AdamWOptions(learningRate);
    options.weight_decay().put(decay);
    return options;
  }
}
