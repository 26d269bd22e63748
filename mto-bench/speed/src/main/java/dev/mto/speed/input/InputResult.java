package dev.mto.speed.input;

import dev.mto.data.StageTimes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a case came to: the best of all rounds.
 *
 * @param name of the case
 * @param imagesPerCoreSecond with one worker thread, by processor time, which a busy machine
 *     changes less than the clock
 * @param imagesPerSecond with as many workers as asked for, by the clock
 * @param stages of the best round with one worker
 * @param peerImagesPerCoreSecond of torchvision on one thread, by processor time; empty where it
 *     was not asked for
 */
record InputResult(
    String name,
    double imagesPerCoreSecond,
    double imagesPerSecond,
    StageTimes stages,
    Optional<Double> peerImagesPerCoreSecond) {

  InputResult {
    if (!(imagesPerCoreSecond > 0 && imagesPerSecond > 0)) {
      throw new IllegalArgumentException(
          "%s reads %s and %s images a second but both must be positive: no image was read"
              .formatted(name, imagesPerCoreSecond, imagesPerSecond));
    }
  }

  /** Our rate on one thread over the peer's; above 1 we are faster. */
  Optional<Double> ratio() {
    return peerImagesPerCoreSecond.map(peer -> imagesPerCoreSecond / peer);
  }

  /** Microseconds an image of each stage, by its name in JSON. */
  Map<String, Double> micros() {
    Map<String, Double> micros = new LinkedHashMap<>();
    micros.put("read", micros(stages.readNanos()));
    micros.put("decode", micros(stages.decodeNanos()));
    micros.put("crop_resize", micros(stages.augmentNanos()));
    micros.put("to_float", micros(stages.floatNanos()));
    micros.put("mask", micros(stages.maskNanos()));
    return micros;
  }

  private double micros(long nanos) {
    return nanos / 1e3 / stages.images();
  }
}
