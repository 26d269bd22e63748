package dev.mto.bench.weights;

import dev.mto.engine.command.DeviceOption;
import dev.mto.engine.config.TrainingConfig.Precision;
import dev.mto.engine.weights.TrainedModel;
import java.util.function.Supplier;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that say which trained model is run, on which device and in which precision. */
public final class RunModel {
  @Mixin private ChosenModel model;
  @Mixin DeviceOption device;

  @Option(
      names = "--precision",
      paramLabel = "NAME",
      description =
          "Type of the operands of linear layers and attention: float32, bfloat16 or, on a GPU, tf32 (default:"
              + " training.precision of the model's configuration). bfloat16 is faster where"
              + " doctor --load says so.")
  private Precision precision;

  /** As {@link ChosenModel#open}, in the precision that was given. */
  public TrainedModel open() {
    TrainedModel opened = model.open();
    return precision == null ? opened : opened.in(precision);
  }

  /** As {@link #open}, of another model where none is named. */
  public TrainedModel openOr(Supplier<TrainedModel> other) {
    TrainedModel opened = model.openIfGiven().orElseGet(other);
    return precision == null ? opened : opened.in(precision);
  }

  /** Which model. */
  public ChosenModel chosen() {
    return model;
  }
}
