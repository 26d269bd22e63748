package dev.mto.models.weights;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The tensors of a file under the names of a model that they are for.
 *
 * @param tensors by name; those that the model does not know keep theirs
 * @param notes what was done to the names, a line each, for people
 */
public record NamedTensors(Map<String, INDArray> tensors, List<String> notes) {
  private static final String ANCHOR = "cls_token";
  private static final String NORM = "norm.";
  private static final String POOLED_NORM = "fc_norm.";

  /** Copies the list. */
  public NamedTensors {
    notes = List.copyOf(notes);
  }

  /**
   * Brings a file's names to a model's: those of other libraries to official ones, and, where more
   * names fit then, a prefix taken off (of {@code torch.compile}, of distributed training, of
   * Lightning, nested as deep as they are), or that of the model's encoder put before them. A
   * prefix is one of all names, or of the encoder where the file has one encoder beside other
   * modules.
   *
   * @param model every name that the model may have
   * @throws IllegalArgumentException when part of an attention layer is missing
   */
  public static NamedTensors forModel(Map<String, INDArray> file, Set<String> model) {
    String encoder = encoderPrefix(model);
    NamedTensors best = new NamedTensors(WeightNames.toOfficial(file), List.of());
    long most = best.fitting(model);
    for (String prefix : prefixes(file.keySet())) {
      NamedTensors plain =
          new NamedTensors(without(prefix, file), prefix.isEmpty() ? List.of() : takenOff(prefix));
      for (NamedTensors candidate : List.of(plain, plain.under(encoder))) {
        long fitting = candidate.fitting(model);
        if (fitting > most) {
          best = candidate;
          most = fitting;
        }
      }
    }
    return best.withNorm(encoder, model);
  }

  private static List<String> takenOff(String prefix) {
    return List.of("prefix '" + prefix + "' was taken off");
  }

  /**
   * How the names of a model's encoder begin, e.g. {@code encoder.} in SimMIM.
   *
   * @param model every name of the model
   */
  public static String encoderPrefix(Set<String> model) {
    return model.stream()
        .filter(name -> name.endsWith(ANCHOR))
        .map(name -> name.substring(0, name.length() - ANCHOR.length()))
        .filter(prefix -> !prefix.startsWith("teacher."))
        .findFirst()
        .orElse("");
  }

  /** No prefix, then those that end in a dot, the shortest first. */
  private static List<String> prefixes(Set<String> names) {
    List<String> encoders = names.stream().filter(name -> name.endsWith(ANCHOR)).toList();
    String start =
        encoders.size() == 1
            ? encoders.get(0)
            : names.stream().reduce(NamedTensors::common).orElse("");
    List<String> prefixes = new ArrayList<>(List.of(""));
    for (int dot = start.indexOf('.'); dot >= 0; dot = start.indexOf('.', dot + 1)) {
      prefixes.add(start.substring(0, dot + 1));
    }
    return prefixes;
  }

  private static String common(String a, String b) {
    int length = 0;
    while (length < Math.min(a.length(), b.length()) && a.charAt(length) == b.charAt(length)) {
      length++;
    }
    return a.substring(0, length);
  }

  /** Names that do not have the prefix stay; where that would make two of one name, all do. */
  private static Map<String, INDArray> without(String prefix, Map<String, INDArray> file) {
    Map<String, INDArray> plain = new LinkedHashMap<>();
    file.forEach(
        (name, tensor) ->
            plain.put(name.startsWith(prefix) ? name.substring(prefix.length()) : name, tensor));
    return WeightNames.toOfficial(plain.size() == file.size() ? plain : file);
  }

  private long fitting(Set<String> model) {
    return tensors.keySet().stream().filter(model::contains).count();
  }

  private NamedTensors under(String prefix) {
    Map<String, INDArray> named = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> named.put(prefix + name, tensor));
    return new NamedTensors(named, noting("prefix '" + prefix + "' was put before the names"));
  }

  private List<String> noting(String note) {
    List<String> all = new ArrayList<>(notes);
    all.add(note);
    return all;
  }

  /**
   * BEiT's classifiers have no norm of each token, but one of the tokens' mean, {@code fc_norm}. It
   * stands in for the norm that the model has.
   */
  private NamedTensors withNorm(String encoder, Set<String> model) {
    if (!model.contains(encoder + NORM + "weight")
        || tensors.containsKey(encoder + NORM + "weight")
        || !tensors.containsKey(encoder + POOLED_NORM + "weight")) {
      return this;
    }
    Map<String, INDArray> named = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) ->
            named.put(
                name.startsWith(encoder + POOLED_NORM)
                    ? encoder + NORM + name.substring(encoder.length() + POOLED_NORM.length())
                    : name,
                tensor));
    return new NamedTensors(
        named,
        noting(
            "fc_norm, the file's norm of the mean of tokens, stands in for norm, that of each token"));
  }
}
