package dev.mto.models.weights;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The dictionary of a checkpoint: named tensors, bare or in one of its entries. */
final class TorchContent {
  /** Where training scripts keep the weights among other things. */
  private static final List<String> MODEL_KEYS = List.of("model", "state_dict");

  private final Path file;
  private final Map<?, ?> content;

  TorchContent(Path file, Object content) {
    if (content instanceof UnknownObject unknown) {
      throw refused(file, "what it holds", unknown);
    }
    if (!(content instanceof Map<?, ?> map)) {
      throw WeightFileException.of(file, "does not hold a dictionary of tensors");
    }
    this.file = file;
    this.content = map;
  }

  /** Top-level keys with the number of tensors in each, or none where the tensors are bare. */
  Map<String, Integer> entries() {
    Map<String, Integer> entries = new LinkedHashMap<>();
    if (named(content).isEmpty()) {
      content.forEach(
          (key, value) ->
              entries.put(key.toString(), value instanceof Map<?, ?> map ? named(map).size() : 0));
    }
    return entries;
  }

  /** The tensors found without a choice: in the model's usual entries or bare; may be none. */
  Map<String, TorchTensor> tensors() {
    return usual() instanceof Map<?, ?> map ? named(map) : Map.of();
  }

  /** What holds the model where nothing is chosen: one of its usual entries, or the whole. */
  private Object usual() {
    for (String key : MODEL_KEYS) {
      if (content.get(key) instanceof Map<?, ?> model) {
        return model;
      }
    }
    return MODEL_KEYS.stream()
        .<Object>map(content::get)
        .filter(UnknownObject.class::isInstance)
        .findFirst()
        .filter(unknown -> cure().isEmpty() && named(content).isEmpty())
        .orElse(content);
  }

  /**
   * The tensors of an entry.
   *
   * @param entry its name, or null for {@link #tensors()}
   * @throws WeightFileException when there are none, where the message lists the entries that have
   *     some, or when one is of an unknown class
   */
  Map<String, TorchTensor> tensors(String entry) {
    Object holder = entry == null ? usual() : content.get(entry);
    if (holder instanceof UnknownObject unknown) {
      throw refused(file, entry == null ? "its model" : "its entry '" + entry + "'", unknown);
    }
    Map<?, ?> map = holder instanceof Map<?, ?> found ? found : Map.of();
    Map<String, TorchTensor> tensors = named(map);
    if (map != content || !tensors.isEmpty() || cure().isEmpty()) {
      requireKnown(map);
    }
    if (tensors.isEmpty()) {
      String where = entry == null ? "" : " in entry '" + entry + "'";
      throw WeightFileException.of(file, "holds no named tensors" + where + cure());
    }
    return tensors;
  }

  /** Refuses what stands among tensors for an object of a class that nothing is known of. */
  private void requireKnown(Map<?, ?> map) {
    map.forEach(
        (name, value) -> {
          if (value instanceof UnknownObject unknown) {
            throw refused(file, "its '" + name + "'", unknown);
          }
        });
  }

  private static WeightFileException refused(Path file, String what, UnknownObject unknown) {
    return WeightFileException.of(
        file,
        "%s is an object of class %s, of which nothing is executed and no tensor is known: save the state_dict alone"
            .formatted(what, unknown.type()));
  }

  private String cure() {
    List<String> candidates =
        entries().entrySet().stream()
            .filter(candidate -> candidate.getValue() > 0)
            .map(Map.Entry::getKey)
            .toList();
    return candidates.isEmpty() ? "" : "; choose the entry " + String.join(" or ", candidates);
  }

  private static Map<String, TorchTensor> named(Map<?, ?> map) {
    Map<String, TorchTensor> tensors = new LinkedHashMap<>();
    map.forEach(
        (name, value) -> {
          if (name instanceof String text && value instanceof TorchTensor tensor) {
            tensors.put(text, tensor);
          }
        });
    return tensors;
  }
}
