package dev.mto.engine.weights;

import dev.mto.engine.errors.UserException;
import dev.mto.models.weights.NamedTensors;
import dev.mto.models.weights.WeightMatch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Tensors of a file that a model has no place for. Heads, decoders of others and the like are
 * named; those without which the model would compute something else than the file's does are
 * refused.
 */
final class UnusedTensors {
  private static final String TEACHER = WeightSource.TEACHER;

  /** Tokens and positions of encoders, whole names. */
  private static final Pattern OF_ENCODERS =
      Pattern.compile(
          "(absolute_|abs_)?pos(ition)?_embed(ding)?s?"
              + "|(dist|distillation|reg|register|storage|memory)_tokens?"
              + "|((rope|rotary|norm_pre|ln_pre|pre_norm|rel_pos)[a-z_]*|(vit|beit)\\.(embeddings|encoder))"
              + "(\\..*)?");

  /** Buffers that follow from the grid, and a count. */
  private static final Pattern WITHOUT_EFFECT =
      Pattern.compile(".*\\.(relative_position_index|num_batches_tracked)");

  private static final int MOST_NAMED = 8;

  private UnusedTensors() {}

  /**
   * Refuses those that belong to the function.
   *
   * @param unused names in the file only
   * @param model every name of the model
   */
  static void refuse(Path file, List<String> unused, Set<String> model) {
    String prefix = NamedTensors.encoderPrefix(model);
    boolean teacher = model.stream().anyMatch(name -> name.startsWith(TEACHER));
    Set<String> modules = new LinkedHashSet<>();
    for (String name : model) {
      String plain = plain(name, prefix);
      if (plain.indexOf('.') > 0) {
        modules.add(module(plain));
      }
    }
    List<String> needed =
        unused.stream()
            .filter(name -> !WITHOUT_EFFECT.matcher(name).matches())
            .filter(name -> teacher || !name.startsWith(TEACHER))
            .filter(
                name -> {
                  String plain = plain(name, prefix);
                  return modules.contains(module(plain)) || OF_ENCODERS.matcher(plain).matches();
                })
            .toList();
    if (!needed.isEmpty()) {
      throw new UserException(
          "%s: holds %s, which the configured model does not have: without, it would compute something else than the file's model; choose the configuration of that one, or other weights"
              .formatted(file, named(WeightMatch.shorten(needed))));
    }
  }

  /**
   * Those of a file that are passed over, in one line: modules with a star.
   *
   * @param model every name of the model
   */
  static String describe(List<String> unused, Set<String> model) {
    String prefix = NamedTensors.encoderPrefix(model);
    Set<String> modules = new LinkedHashSet<>();
    for (String name : unused) {
      String before = name.startsWith(prefix) ? prefix : "";
      String plain = name.substring(before.length());
      modules.add(before + (plain.indexOf('.') < 0 ? plain : module(plain) + ".*"));
    }
    return "%d of its tensors are not used: %s"
        .formatted(unused.size(), named(new ArrayList<>(modules)));
  }

  private static String named(List<String> names) {
    String first = String.join(", ", names.subList(0, Math.min(MOST_NAMED, names.size())));
    return names.size() <= MOST_NAMED
        ? first
        : first + " and " + (names.size() - MOST_NAMED) + " more";
  }

  private static String plain(String name, String prefix) {
    String own = name.startsWith(TEACHER) ? name.substring(TEACHER.length()) : name;
    return own.startsWith(prefix) ? own.substring(prefix.length()) : own;
  }

  private static String module(String name) {
    int dot = name.indexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }
}
