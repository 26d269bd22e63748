package dev.mto.speed.input;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mto.data.StageTimes;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * All results, for people and for programs.
 *
 * @param description of the images
 * @param images how many
 * @param meanBytes of a file
 * @param threads of the runs with several workers
 * @param rounds of which the best counts
 * @param reduced whether JPEGs were decoded at a lower resolution where the crop allows
 * @param peer its versions, if it was measured
 * @param results one a case
 */
record InputReport(
    String description,
    int images,
    double meanBytes,
    int threads,
    int rounds,
    boolean reduced,
    Optional<String> peer,
    List<Result> results) {

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
  record Result(
      String name,
      double imagesPerCoreSecond,
      double imagesPerSecond,
      StageTimes stages,
      Optional<Double> peerImagesPerCoreSecond) {

    Result {
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

  void print(PrintStream out) {
    out.printf(
        Locale.ROOT,
        "%d %s, %.0f KB each; best of %d rounds%n",
        images,
        description,
        meanBytes / 1e3,
        rounds);
    peer.ifPresent(versions -> out.println("peer: " + versions + ", one thread"));
    results.forEach(result -> print(result, out));
  }

  private void print(Result result, PrintStream out) {
    out.printf(
        Locale.ROOT,
        "%-8s %8.1f images/s a core, %8.1f with %d threads%n",
        result.name(),
        result.imagesPerCoreSecond(),
        result.imagesPerSecond(),
        threads);
    out.printf(
        Locale.ROOT,
        "         us an image: read %.0f, decode %.0f, crop and resize %.0f, to float %.0f, mask"
            + " %.0f%n",
        result.micros().values().toArray());
    result
        .peerImagesPerCoreSecond()
        .ifPresent(
            rate ->
                out.printf(
                    Locale.ROOT,
                    "         torchvision %.1f images/s a core; ratio %.2f%n",
                    rate,
                    result.ratio().orElseThrow()));
  }

  ObjectNode json() {
    ObjectNode root =
        JsonNodeFactory.instance
            .objectNode()
            .put("images", images)
            .put("description", description)
            .put("mean_bytes", meanBytes)
            .put("threads", threads)
            .put("rounds", rounds)
            .put("reduced_decoding", reduced);
    peer.ifPresent(versions -> root.put("peer", versions));
    ArrayNode cases = root.putArray("cases");
    for (Result result : results) {
      ObjectNode node =
          cases
              .addObject()
              .put("name", result.name())
              .put("images_per_core_second", result.imagesPerCoreSecond())
              .put("images_per_second", result.imagesPerSecond());
      result
          .peerImagesPerCoreSecond()
          .ifPresent(rate -> node.put("peer_images_per_core_second", rate));
      result.ratio().ifPresent(ratio -> node.put("ratio", ratio));
      node.putPOJO("micros_per_image", result.micros());
    }
    return root;
  }
}
