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
    for (String key : MODEL_KEYS) {
      if (content.get(key) instanceof Map<?, ?> model) {
        return named(model);
      }
    }
    return named(content);
  }

  /**
   * The tensors of an entry.
   *
   * @param entry its name, or null for {@link #tensors()}
   * @throws WeightFileException when there are none; the message lists the entries that have some
   */
  Map<String, TorchTensor> tensors(String entry) {
    Map<String, TorchTensor> tensors;
    if (entry == null) {
      tensors = tensors();
    } else {
      tensors = content.get(entry) instanceof Map<?, ?> map ? named(map) : Map.of();
    }
    if (tensors.isEmpty()) {
      String where = entry == null ? "" : " in entry '" + entry + "'";
      throw WeightFileException.of(file, "holds no named tensors" + where + cure());
    }
    return tensors;
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
