package dev.mto.bench.study;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mto.data.Shuffle;
import dev.mto.data.image.Exif;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.config.TrainingConfig;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * One pre-training run of a study and what is measured of it.
 *
 * @param variant name of the variant; {@link #UNTRAINED} for first values
 * @param config of pre-training
 * @param measurements what is measured
 * @param hash of everything that its numbers depend on, but for the program itself
 * @param trainingHash of what its pre-training depends on, and of the checkpoints that are kept:
 *     cells that are measured in other ways share it
 */
record Cell(
    String baseline,
    String variant,
    long seed,
    RunConfig config,
    List<Measurement> measurements,
    String hash,
    String trainingHash) {
  static final String UNTRAINED = "untrained";
  private static final int HASH_DIGITS = 16;

  /** Keys of MTO that came after the first cells were made. */
  private static final List<String> LATER_OF_MTO =
      List.of(
          "schedule",
          "temperature",
          "gradients",
          "rankingLayers",
          "margin",
          "sparsityLayers",
          "decoderWeights",
          "normPenalty",
          "normReference",
          "gradientShare",
          "gradientShareSteps");

  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();

  /**
   * A cell. Its hash is of the resolved configuration, the images' identities and the measurements.
   * Names of folders, logging, checkpoints and threads are not in it, so that a cell keeps its hash
   * on another machine; masks of validation images are, where they are not the run's.
   *
   * @param images identities of the folders of images, by their use
   */
  static Cell of(
      String baseline,
      String variant,
      long seed,
      RunConfig config,
      Map<String, String> images,
      List<Measurement> measurements) {
    ObjectNode run = JSON.valueToTree(config);
    run.remove(List.of("checkpoint", "log"));
    ObjectNode data = (ObjectNode) run.get("data");
    data.remove(List.of("train", "val", "index", "workers", "maxBadShare"));
    if (config.data().exif() == Exif.APPLY) {
      data.remove("exif"); // cells were made before there was a choice
    }
    if (config.data().shuffle() == Shuffle.EXACT) {
      data.remove("shuffle"); // as exif
    }
    if (config.log().validationMasks() != RunConfig.Log.ValidationMasks.RUN) {
      run.put("validationMasks", config.log().validationMasks().name());
    }
    ObjectNode schedule = (ObjectNode) run.get("training");
    schedule.remove("allowSlow");
    if (config.training().precision() == TrainingConfig.Precision.FLOAT32) {
      schedule.remove("precision"); // as exif
    }
    ObjectNode mto = (ObjectNode) run.get("mto");
    JsonNode earlier = JSON.valueToTree(config.mto().asInEarlierVersions());
    LATER_OF_MTO.forEach(
        key -> {
          if (mto.get(key).equals(earlier.get(key))) {
            mto.remove(key); // as exif
          }
        });
    Object pretraining = JSON.convertValue(run, Map.class);
    String hash =
        hash(
            Map.of(
                "run", pretraining,
                "images", images,
                "measurements", JSON.convertValue(measurements, List.class)));
    String trainingHash =
        hash(
            Map.of(
                "run", pretraining,
                "images", images.getOrDefault("pretrain", ""),
                "checkpoints", kept(config.checkpoint())));
    return new Cell(baseline, variant, seed, config, measurements, hash, trainingHash);
  }

  /** A run that lacks a checkpoint cannot be measured there. */
  private static List<Integer> kept(RunConfig.Checkpoints checkpoint) {
    return List.of(checkpoint.everyEpochs(), checkpoint.keep());
  }

  private static String hash(Map<String, Object> parts) {
    try {
      byte[] text = JSON.writeValueAsString(parts).getBytes(StandardCharsets.UTF_8);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text);
      return HexFormat.of().formatHex(digest).substring(0, HASH_DIGITS);
    } catch (JsonProcessingException | NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Names it among the cells of its study. */
  String id() {
    return baseline + "-" + variant + "-seed" + seed;
  }

  boolean untrained() {
    return variant.equals(UNTRAINED);
  }

  /** The epochs after which anything is measured. */
  SortedSet<Integer> epochs() {
    return measurements.stream()
        .flatMap(measurement -> measurement.epochs().stream())
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
