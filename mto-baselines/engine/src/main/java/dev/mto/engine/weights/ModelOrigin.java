package dev.mto.engine.weights;

import dev.mto.engine.config.RunConfig;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where a model was opened from, so that it can be opened again: a run's folder, or a file of
 * weights. Paths are absolute, for whoever reads it works elsewhere.
 *
 * @param run the run's folder, or null
 * @param epoch of a run: the epoch whose checkpoint was taken, or null for the newest
 * @param weights the file, or the name of an encoder that ships with the product, or null
 * @param entry of a file: the entry that was taken, or null
 */
public record ModelOrigin(String run, Integer epoch, String weights, String entry) {
  static ModelOrigin ofRun(Path folder, Integer epoch) {
    return new ModelOrigin(folder.toAbsolutePath().normalize().toString(), epoch, null, null);
  }

  static ModelOrigin ofFile(WeightSource source) {
    String file =
        BuiltinWeights.name(source.file())
            .orElseGet(() -> source.file().toAbsolutePath().normalize().toString());
    return new ModelOrigin(null, null, file, source.entry().orElse(null));
  }

  /**
   * Opens the model again; whether it is still the same shows in its tensors.
   *
   * @param config of a file of weights; a run has its own
   * @param say is told what a person should know about the file
   */
  public TrainedModel open(RunConfig config, Consumer<String> say) {
    if (run != null) {
      return TrainedModel.ofRun(Path.of(run), Optional.ofNullable(epoch), say);
    }
    return BuiltinWeights.means(weights)
        ? TrainedModel.builtin(weights)
        : TrainedModel.ofFile(WeightSource.named(weights, entry), config, say);
  }

  /** For people: what to look for where the model is not found. */
  public String describe() {
    return run == null
        ? weights + (entry == null ? "" : ", entry " + entry)
        : run + (epoch == null ? "" : " after epoch " + epoch);
  }
}
