package dev.mto.evaluation.embed;

import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.DataConfig;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.encoder.FeatureKind;
import dev.mto.engine.encoder.FrozenEncoder;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.weights.ModelOrigin;
import dev.mto.engine.weights.TrainedModel;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The encoder that made some vectors, and how it saw the images: enough to make the vector of one
 * more image that can be compared with them.
 *
 * @param model where the encoder was opened from
 * @param checksum of the encoder's tensors
 * @param feature which features the vectors are
 * @param dim values of a vector
 * @param config the model's resolved configuration in YAML
 */
public record EmbeddedBy(
    ModelOrigin model, String checksum, FeatureKind feature, int dim, String config) {

  static EmbeddedBy of(TrainedModel model, FrozenEncoder encoder, FeatureKind feature) {
    return new EmbeddedBy(
        model.origin(),
        encoder.checksum(),
        feature,
        encoder.dim(),
        ConfigLoader.write(model.config()));
  }

  RunConfig runConfig() {
    return ConfigLoader.parseResolved("the recorded configuration", config);
  }

  /**
   * Opens the encoder again from where it was.
   *
   * @param say is told what a person should know about its file
   */
  TrainedModel open(Consumer<String> say) {
    return model.open(runConfig(), say);
  }

  /**
   * Refuses another encoder, or one that sees images otherwise.
   *
   * @param where the vectors, for the message
   * @throws UserException saying which is which
   */
  void require(TrainedModel other, FrozenEncoder encoder, String where) {
    Map<String, Object> own = seeing(runConfig());
    seeing(other.config())
        .forEach(
            (key, value) -> {
              if (!value.equals(own.get(key))) {
                throw new UserException(
                    "%s: made with %s %s, but %s has %s; give the encoder that made it, %s, or embed again"
                        .formatted(
                            where, key, own.get(key), other.name(), value, model.describe()));
              }
            });
    if (!encoder.checksum().equals(checksum)) {
      throw new UserException(
          "%s: made by the encoder %s of %s, but that of %s is %s now; give the one that made it, or embed again"
              .formatted(where, checksum, model.describe(), other.name(), encoder.checksum()));
    }
  }

  /** What decides what the encoder is given of an image, by key of the configuration. */
  private static Map<String, Object> seeing(RunConfig config) {
    DataConfig data = config.data();
    Map<String, Object> seeing = new LinkedHashMap<>();
    seeing.put("baseline", config.baseline());
    seeing.put("model.image", config.model().image());
    seeing.put("model.patch", config.model().patch());
    seeing.put("data.channels", data.channels());
    seeing.put("data.mean", data.mean());
    seeing.put("data.std", data.std());
    seeing.put("data.interpolation", data.interpolation());
    seeing.put("data.exif", data.exif());
    return seeing;
  }
}
