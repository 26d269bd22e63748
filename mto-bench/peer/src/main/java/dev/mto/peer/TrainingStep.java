package dev.mto.peer;

import static org.bytedeco.pytorch.global.torch.clip_grad_norm_;

import java.util.Map;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/** Forward, backward, global-norm clip and AdamW on one batch. */
final class TrainingStep {

  private final PeerCase options;
  private final Model model;
  private final Weights weights;
  private final Tensor images;
  private final PatchMask mask;
  private final TensorVector parameters;
  private final FusedAdamW optimizer;

  TrainingStep(PeerCase options, Weights weights, Tensor images, PatchMask mask) {
    this.options = options;
    this.model = options.model(weights);
    this.weights = weights;
    this.images = images;
    this.mask = mask;
    this.parameters = new TensorVector(weights.all().toArray(Tensor[]::new));
    this.optimizer = new FusedAdamW(weights, options);
  }

  /**
   * Updates the weights once.
   *
   * @param mto whether the losses of Masked Token Optimization are added
   * @return the total loss before the update
   */
  @SuppressWarnings("try") // the scope frees the step's native tensors
  double run(boolean mto) {
    try (PointerScope scope = new PointerScope()) {
      Tensor loss = backward(mto);
      if (options.clip() > 0) {
        clip_grad_norm_(parameters, options.clip());
      }
      optimizer.step();
      return loss.item_double();
    }
  }

  /**
   * The loss, its gradients neither clipped nor applied.
   *
   * @param use receives the gradients of the weights that have one, by name, while they are valid
   */
  @SuppressWarnings("try") // as above
  double gradients(boolean mto, Consumer<Map<String, Tensor>> use) {
    try (PointerScope scope = new PointerScope()) {
      Tensor loss = backward(mto);
      Map<String, Tensor> gradients = weights.byName();
      gradients.replaceAll((name, weight) -> weight.grad());
      gradients.values().removeIf(gradient -> !gradient.defined());
      use.accept(gradients);
      return loss.item_double();
    }
  }

  private Tensor backward(boolean mto) {
    weights.all().forEach(weight -> weight.mutable_grad().reset());
    Model.Forward forward = forward();
    Tensor loss = forward.loss();
    if (mto) {
      loss =
          loss.add(MtoLoss.of(forward, mask, options.initialAfterPosition()).weightedSum(options));
    }
    loss.backward();
    return loss;
  }

  @SuppressWarnings("try") // acts by being open; affinities and the backward pass are not under it
  private Model.Forward forward() {
    try (Autocast autocast = new Autocast(options.bfloat16())) {
      return model.forward(images, mask);
    }
  }
}
