package dev.mto.speed.input;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mto.data.StageTimes;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
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
    List<InputResult> results) {

  private static final ObjectMapper JSON = new ObjectMapper();

  void print(PrintStream out) {
    out.printf(
        Locale.ROOT,
        "%d %s, %.0f KB each; best of %d rounds%n",
        images,
        description,
        meanBytes / 1e3,
        rounds);
    peer.ifPresent(versions -> out.println("peer: " + versions + ", one thread"));
    for (InputResult result : results) {
      print(result, out);
    }
  }

  private void print(InputResult result, PrintStream out) {
    out.printf(
        Locale.ROOT,
        "%-8s %8.1f images/s a core, %8.1f with %d threads%n",
        result.name(),
        result.imagesPerCoreSecond(),
        result.imagesPerSecond(),
        threads);
    StageTimes stages = result.stages();
    out.printf(
        Locale.ROOT,
        "         us an image: read %.0f, decode %.0f, crop and resize %.0f, to float %.0f, mask"
            + " %.0f%n",
        result.micros(stages.readNanos()),
        result.micros(stages.decodeNanos()),
        result.micros(stages.augmentNanos()),
        result.micros(stages.floatNanos()),
        result.micros(stages.maskNanos()));
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

  String json() {
    ObjectNode root = JSON.createObjectNode();
    root.put("images", images);
    root.put("description", description);
    root.put("mean_bytes", meanBytes);
    root.put("threads", threads);
    root.put("rounds", rounds);
    root.put("reduced_decoding", reduced);
    peer.ifPresent(versions -> root.put("peer", versions));
    ArrayNode cases = root.putArray("cases");
    results.forEach(result -> describe(result, cases.addObject()));
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void describe(InputResult result, ObjectNode node) {
    node.put("name", result.name());
    node.put("images_per_core_second", result.imagesPerCoreSecond());
    node.put("images_per_second", result.imagesPerSecond());
    result
        .peerImagesPerCoreSecond()
        .ifPresent(rate -> node.put("peer_images_per_core_second", rate));
    result.ratio().ifPresent(ratio -> node.put("ratio", ratio));
    StageTimes stages = result.stages();
    ObjectNode micros = node.putObject("micros_per_image");
    micros.put("read", result.micros(stages.readNanos()));
    micros.put("decode", result.micros(stages.decodeNanos()));
    micros.put("crop_resize", result.micros(stages.augmentNanos()));
    micros.put("to_float", result.micros(stages.floatNanos()));
    micros.put("mask", result.micros(stages.maskNanos()));
  }
}
