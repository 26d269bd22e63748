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

  private static final double WEIGHT_DECAY = 0.05;

  /**
   * @param learningRate constant learning rate
   * @param clip largest global norm of the gradients
   * @param mto whether the losses of Masked Token Optimization are added
   */
  record Options(double learningRate, double clip, boolean mto) {}

  private final SimMimModel model;
  private final Options options;
  private final TensorVector parameters;
  private final AdamW optimizer;

  TrainingStep(SimMimModel model, Weights weights, Options options) {
    this.model = model;
    this.options = options;
    this.parameters = new TensorVector(weights.all().toArray(Tensor[]::new));
    this.optimizer = new AdamW(weights.group(true), adamW(options.learningRate(), WEIGHT_DECAY));
    optimizer.add_param_group(
        new OptimizerParamGroup(weights.group(false), adamW(options.learningRate(), 0)));
  }

  /** Updates the weights once and gives the total loss before the update. */
  @SuppressWarnings("try") // the scope frees the step's native tensors
  double run(Tensor images, PatchMask mask) {
    try (PointerScope scope = new PointerScope()) {
      optimizer.zero_grad();
      SimMimModel.Forward forward = model.forward(images, mask);
      Tensor loss = forward.loss();
      if (options.mto()) {
        loss = loss.add(MtoLoss.of(forward.layers(), mask).weightedSum());
      }
      loss.backward();
      clip_grad_norm_(parameters, options.clip());
      optimizer.step();
      return loss.item_double();
    }
  }

  private static AdamWOptions adamW(double learningRate, double decay) {
    AdamWOptions adamW = new AdamWOptions(learningRate);
    adamW.weight_decay().put(decay);
    return adamW;
  }
}
