package dev.mto.speed.step;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mto.speed.step.CaseResult.Measured;
import java.util.List;

/**
 * Results as JSON: {@code machine}, {@code cases[]}, one entry with MTO and one without in each
 * precision, and {@code profiles[]} where asked for. {@code ratio} is our step over libtorch's in
 * the same precision; an entry in bfloat16 has {@code ratio_float32}, over our step in float32, and
 * {@code ratio_peer_float32}, over libtorch's in float32.
 */
final class ResultJson {
  private static final ObjectMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private ResultJson() {}

  /** The whole file. */
  static ObjectNode of(Machine machine, List<CaseResult> results, List<OperationShares> shares) {
    ObjectNode root = JSON.createObjectNode();
    root.set("machine", JSON.valueToTree(machine));
    ArrayNode cases = root.putArray("cases");
    results.forEach(result -> cases.add(entry(result)));
    if (!shares.isEmpty()) {
      ArrayNode profiles = root.putArray("profiles");
      shares.forEach(share -> share.write(profiles));
    }
    return root;
  }

  private static ObjectNode entry(CaseResult result) {
    Measured ours = result.ours();
    ObjectNode node =
        JSON.createObjectNode()
            .put("name", result.benchmark().name(result.mto()))
            .put("case", result.benchmark().name())
            .put("method", result.benchmark().with().baseline())
            .put("mto", result.mto())
            .put("batch", result.benchmark().batch())
            .put("precision", result.benchmark().precision())
            .put("ms_min", ours.min())
            .put("ms_median", ours.median())
            .put("images_per_s", result.imagesPerSecond(ours))
            .put(
                result.benchmark().narrow()
                    ? result.benchmark().precision() + "_peak_gflops"
                    : "sgemm_peak_gflops",
                result.peak())
            .put("mto_overhead", result.mtoOverhead());
    known(node, "gflop", result.gigaFlop());
    known(node, "gflops", result.rate(ours));
    known(node, "peak_share", result.peakShare(ours));
    known(node, "peak_rss_mb", ours.peakMebibytes());
    if (result.float32() != null) {
      node.put("ratio_float32", result.over(result.float32().ours()));
      agreement(node, "", result.agreements().own());
    }
    for (Blas blas : Blas.values()) {
      if (result.peers().containsKey(blas)) {
        peer(node, result, blas);
      }
    }
    return node;
  }

  private static void peer(ObjectNode node, CaseResult result, Blas blas) {
    Measured peer = result.peers().get(blas);
    String key = blas.key("peer");
    node.put(key + "_ms_min", peer.min())
        .put(key + "_ms_median", peer.median())
        .put(blas.key("ratio"), result.ratio(blas));
    if (result.float32() == null) {
      node.put("loss", result.agreements().peers().get(blas).loss());
    } else {
      node.put(blas.key("ratio_peer_float32"), result.over(result.float32().peers().get(blas)));
    }
    agreement(node, key + "_", result.agreements().peers().get(blas));
    known(node, key + "_peak_rss_mb", peer.peakMebibytes());
  }

  private static void agreement(ObjectNode node, String prefix, Agreement agreement) {
    node.put(prefix + "loss", agreement.other())
        .put(prefix + "loss_difference", agreement.lossDifference())
        .put(prefix + "gradient_error", agreement.gradients().relative())
        .put(prefix + "parameter_error", agreement.gradients().parameter());
  }

  private static void known(ObjectNode node, String key, double value) {
    if (!Double.isNaN(value)) {
      node.put(key, value);
    }
  }
}
