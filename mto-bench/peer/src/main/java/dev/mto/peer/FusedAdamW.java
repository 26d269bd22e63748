package dev.mto.peer;

import static org.bytedeco.pytorch.global.torch.torch_zeros;
import static org.bytedeco.pytorch.global.torch.zeros_like;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.SizeTOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorType;
import org.bytedeco.pytorch.Type;

/**
 * AdamW in libtorch's fused kernel, which its C++ optimizer classes do not use: one pass over
 * parameter, gradient and moments, in all threads. Parameters without a gradient stay as they are.
 */
final class FusedAdamW {

  private final PeerCase options;
  private final Weights weights;
  private final OperatorHandle kernel;
  private final Type.TypePtr tensors;
  private final Map<String, Tensor> first = new LinkedHashMap<>();
  private final Map<String, Tensor> second = new LinkedHashMap<>();
  private final Map<String, Tensor> steps = new LinkedHashMap<>();

  FusedAdamW(Weights weights, PeerCase options) {
    this.options = options;
    this.weights = weights;
    kernel = Dispatcher.singleton().findSchemaOrThrow("aten::_fused_adamw_", "");
    tensors =
        new Type.TypePtr(
            TensorType.create(
                new ScalarTypeOptional(),
                new DeviceOptional(),
                new SizeTOptional(),
                new BoolOptional()));
    weights
        .byName()
        .forEach(
            (name, weight) -> {
              first.put(name, zeros_like(weight.detach()));
              second.put(name, zeros_like(weight.detach()));
              steps.put(name, torch_zeros(new long[0]));
            });
  }

  /** Updates all weights by their gradients. */
  @SuppressWarnings("try") // the guard acts by being open
  void step() {
    try (NoGradGuard guard = new NoGradGuard()) {
      update(true, options.weightDecay());
      update(false, 0);
    }
  }

  private void update(boolean decayed, double weightDecay) {
    GenericList parameters = new GenericList(tensors);
    GenericList gradients = new GenericList(tensors);
    GenericList firstMoments = new GenericList(tensors);
    GenericList secondMoments = new GenericList(tensors);
    GenericList counts = new GenericList(tensors);
    weights
        .byName()
        .forEach(
            (name, weight) -> {
              if (Weights.decayed(name, weight) == decayed && weight.grad().defined()) {
                parameters.push_back(new IValue(weight));
                gradients.push_back(new IValue(weight.grad()));
                firstMoments.push_back(new IValue(first.get(name)));
                secondMoments.push_back(new IValue(second.get(name)));
                counts.push_back(new IValue(steps.get(name).add_(new Scalar(1.0))));
              }
            });
    IValueVector stack = new IValueVector();
    for (GenericList list :
        new GenericList[] {parameters, gradients, firstMoments, secondMoments}) {
      stack.push_back(new IValue(list));
    }
    stack.push_back(new IValue(new GenericList(tensors))); // largest second moments of AMSGrad
    stack.push_back(new IValue(counts));
    stack.push_back(new IValue(options.learningRate()));
    stack.push_back(new IValue(options.beta1()));
    stack.push_back(new IValue(options.beta2()));
    stack.push_back(new IValue(weightDecay));
    stack.push_back(new IValue(options.adamEpsilon()));
    stack.push_back(new IValue(false)); // AMSGrad
    stack.push_back(new IValue(false)); // maximise
    stack.push_back(new IValue()); // scale of the gradients
    stack.push_back(new IValue()); // whether one is infinite
    kernel.callBoxed(stack);
  }
}
