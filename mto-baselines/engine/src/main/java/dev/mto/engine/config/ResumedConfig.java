package dev.mto.engine.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mto.engine.errors.UserException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The configuration with which a run goes on.
 *
 * @param config the resolved configuration
 * @param announced keys that differ from the run's own and that people are told of, with both
 *     values: most of them change its numbers from now on
 */
public record ResumedConfig(RunConfig config, List<String> announced) {
  /** What changes no number: where files are, how often is saved and looked, how many threads. */
  private static final List<String> FREE =
      List.of(
          "checkpoint.",
          "log.",
          "data.train",
          "data.val",
          "data.index",
          "data.workers",
          "data.max_bad_share",
          "training.allow_slow");

  /** What may change on purpose while a run goes on. */
  private static final List<String> ANNOUNCED =
      List.of(
          "training.epochs",
          "training.base_lr",
          "training.min_lr",
          "training.warmup_lr",
          "training.warmup_epochs",
          "training.milestones",
          "training.clip",
          "training.weight_decay",
          "training.gradient_checkpointing",
          "training.precision",
          "mto.weights.",
          "mto.epsilon",
          "mto.schedule.",
          "mto.decoder_weights",
          "mto.norm_penalty",
          "log.validation_masks");

  /** Copies the list. */
  public ResumedConfig {
    announced = List.copyOf(announced);
  }

  /**
   * Compares what settings ask for with what the run was made with.
   *
   * @param run file of the run's own configuration
   * @param own what it says
   * @param asked the same with settings over it
   * @throws UserException when a key differs that must not: it is named with both values
   */
  public static ResumedConfig of(Path run, RunConfig own, RunConfig asked) {
    JsonNode tree = ConfigLoader.tree(own);
    return new ResumedConfig(asked, differences(run, tree, tree, asked));
  }

  /**
   * What another configuration file says otherwise than the run, which keeps its own. Keys that the
   * run's file does not know, as it is older than they are, are as they were then.
   *
   * @param run file of the run's own configuration
   * @param own with which it goes on
   * @throws UserException when a key differs that must not: it is named with both values
   */
  public static List<String> differences(Path run, RunConfig own, RunConfig other) {
    JsonNode known = StrictYaml.parse(run.toString(), StrictYaml.text(run));
    return differences(run, known, ConfigLoader.tree(own), other);
  }

  private static List<String> differences(Path run, JsonNode known, JsonNode own, RunConfig other) {
    List<String> refused = new ArrayList<>();
    List<String> announced = new ArrayList<>();
    compare("", known, own, ConfigLoader.tree(other), refused, announced);
    if (!refused.isEmpty()) {
      throw new UserException(
          "%s: the run was made with another configuration: %s; go on with that, or name another --out to start anew"
              .formatted(run, String.join(", ", refused)));
    }
    return announced;
  }

  private static void compare(
      String path,
      JsonNode known,
      JsonNode own,
      JsonNode asked,
      List<String> refused,
      List<String> announced) {
    boolean newer = known.isMissingNode() && !own.isMissingNode();
    if (newer || own.equals(asked)) {
      return;
    }
    if (ANNOUNCED.contains(path)) { // a map of names too, as a whole
      announced.add("%s is %s, not %s".formatted(path, shown(own), shown(asked)));
    } else if (own instanceof ObjectNode && asked instanceof ObjectNode) {
      TreeSet<String> keys = new TreeSet<>();
      for (JsonNode side : List.of(own, asked)) {
        for (Map.Entry<String, JsonNode> field : side.properties()) {
          keys.add(field.getKey());
        }
      }
      for (String key : keys) {
        String at = path.isEmpty() ? key : path + "." + key;
        compare(at, known.path(key), own.path(key), asked.path(key), refused, announced);
      }
    } else if (!isIn(FREE, path)) {
      List<String> differences = isIn(ANNOUNCED, path) ? announced : refused;
      differences.add("%s is %s, not %s".formatted(path, shown(own), shown(asked)));
    }
  }

  private static boolean isIn(List<String> keys, String path) {
    return keys.stream()
        .anyMatch(key -> key.endsWith(".") ? path.startsWith(key) : path.equals(key));
  }

  private static String shown(JsonNode value) {
    return value.isMissingNode() || value.isNull() ? "not set" : value.toString();
  }
}
