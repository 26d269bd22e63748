package dev.mto.speed.input;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
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
    results.forEach(result -> print(result, out));
  }

  private void print(InputResult result, PrintStream out) {
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
        JSON.createObjectNode()
            .put("images", images)
            .put("description", description)
            .put("mean_bytes", meanBytes)
            .put("threads", threads)
            .put("rounds", rounds)
            .put("reduced_decoding", reduced);
    peer.ifPresent(versions -> root.put("peer", versions));
    ArrayNode cases = root.putArray("cases");
    for (InputResult result : results) {
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
