package dev.mto.engine.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.mto.engine.Baseline;
import dev.mto.engine.Baselines;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.pictures.Numbers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a run is, read from {@code config.yaml} and {@code provenance.json}. Either may be absent or
 * of another version: what is not known is left out.
 */
final class RunFacts {
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final JsonMapper JSON = new JsonMapper();

  private final Path folder;
  private final String configText;
  private final String provenanceText;
  private final JsonNode config;
  private final JsonNode provenance;
  private final Optional<Baseline> baseline;

  private RunFacts(Path folder) {
    this.folder = folder;
    this.configText = text(folder.resolve("config.yaml"));
    this.provenanceText = text(folder.resolve("provenance.json"));
    this.config = parsed(YAML, configText);
    this.provenance = parsed(JSON, provenanceText);
    this.baseline = baseline(config.path("baseline").asText());
  }

  static RunFacts of(Path folder) {
    return new RunFacts(folder);
  }

  private static String text(Path file) {
    if (Files.notExists(file)) {
      return "";
    }
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw FileException.reading(file, e);
    }
  }

  private static JsonNode parsed(ObjectMapper mapper, String text) {
    try {
      JsonNode tree = mapper.readTree(text);
      return tree == null ? MissingNode.getInstance() : tree;
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }

  private static Optional<Baseline> baseline(String name) {
    try {
      return Optional.of(Baselines.named(name));
    } catch (UserException e) {
      return Optional.empty();
    }
  }

  /** The name of the run's folder. */
  String name() {
    return String.valueOf(folder.toAbsolutePath().normalize().getFileName());
  }

  /** The method as people know it; empty where it is not known. */
  String title() {
    return baseline.map(Baseline::title).orElse(config.path("baseline").asText());
  }

  /** The method as people know it, and whether MTO is on; empty where it is not known. */
  String method() {
    if (title().isEmpty()) {
      return "";
    }
    String mto =
        switch (config.path("mto").path("enabled").asText()) {
          case "true" -> " with MTO";
          case "false" -> " without MTO";
          default -> "";
        };
    return title() + mto;
  }

  /** The training images: how many, and their folder. */
  String images() {
    String name = config.path("data").path("train").asText(provenance.path("data.train").asText());
    if (name.isEmpty()) {
      return "";
    }
    Path path = Path.of(name).normalize();
    String shown =
        path.getNameCount() > 2
            ? path.subpath(path.getNameCount() - 2, path.getNameCount()).toString()
            : path.toString();
    JsonNode count = provenance.path("data.train.images");
    return (count.isNumber() ? Numbers.count(count.asLong()) + " images of " : "images of ")
        + shown;
  }

  /** The encoder's size, as far as the configuration says it. */
  String model() {
    JsonNode model = config.path("model");
    List<String> parts = new ArrayList<>();
    if (model.path("preset").isTextual()) {
      parts.add(model.path("preset").asText());
    }
    if (model.path("dim").isNumber() && model.path("depth").isNumber()) {
      parts.add("width " + model.path("dim").asInt());
      parts.add(model.path("depth").asInt() + " blocks");
    }
    JsonNode image = model.path("image");
    if (image.size() == 2) {
      parts.add("images of %s × %s pixels".formatted(image.get(0).asText(), image.get(1).asText()));
    }
    return String.join(", ", parts);
  }

  /** When it was begun, to the minute; empty where it is not known. */
  String started() {
    String time = provenance.path("started").asText();
    return time.length() < 16 ? "" : time.substring(0, 10) + " " + time.substring(11, 16) + " UTC";
  }

  /** Epochs that are asked for; 0 where it is not known. */
  int epochs() {
    return config.path("training").path("epochs").asInt();
  }

  /** Images of an optimizer step; 0 where it is not known. */
  long imagesPerStep() {
    JsonNode training = config.path("training");
    return (long) training.path("batch").asInt() * training.path("accumulate").asInt();
  }

  /** Sentences of the method on the curve of its loss. */
  List<String> aboutLoss() {
    try {
      return baseline.isEmpty()
          ? List.of()
          : baseline.get().aboutLoss(ConfigLoader.parseResolved("config.yaml", configText));
    } catch (UserException | IllegalArgumentException e) {
      return List.of(); // written by another version, whose keys are not these
    }
  }

  /** The tree of the baseline's recipe; missing where the baseline is not at hand. */
  JsonNode recipe() {
    return baseline.map(known -> parsed(YAML, known.recipe())).orElseGet(MissingNode::getInstance);
  }

  JsonNode config() {
    return config;
  }

  String configText() {
    return configText;
  }

  JsonNode provenance() {
    return provenance;
  }

  String provenanceText() {
    return provenanceText;
  }
}
