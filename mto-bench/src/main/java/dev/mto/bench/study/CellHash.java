package dev.mto.bench.study;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mto.engine.config.RunConfig;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Identifies a cell by what its numbers depend on: the resolved configuration, the images'
 * identities, and the measurements. Names of folders, logging, checkpoints and threads are not in
 * it, so that a cell keeps its hash on another machine.
 */
final class CellHash {
  private static final int DIGITS = 16;
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();

  private CellHash() {}

  /**
   * The hash.
   *
   * @param images identities of the folders of images, by their use
   */
  static String of(RunConfig config, Map<String, String> images, List<Measurement> measurements) {
    ObjectNode run = JSON.valueToTree(config);
    run.remove(List.of("checkpoint", "log"));
    ((ObjectNode) run.get("data")).remove(List.of("train", "val", "workers", "maxBadShare"));
    Map<String, Object> parts = new TreeMap<>();
    parts.put("run", JSON.convertValue(run, Map.class));
    parts.put("images", images);
    parts.put("measurements", JSON.convertValue(measurements, List.class));
    try {
      byte[] text = JSON.writeValueAsString(parts).getBytes(StandardCharsets.UTF_8);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text);
      return HexFormat.of().formatHex(digest).substring(0, DIGITS);
    } catch (JsonProcessingException | NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
