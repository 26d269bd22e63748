package dev.mto.engine.weights;

import dev.mto.engine.errors.UserException;
import dev.mto.models.weights.WeightMatch;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** What a file must have so that pre-training can go on from it. */
final class WholeModel {
  private static final String TEACHER = WeightSource.TEACHER;

  private static final Pattern OF_ENCODER =
      Pattern.compile("cls_token|(blocks|patch_embed|norm|rel_pos_bias)\\..*");

  private WholeModel() {}

  /**
   * Refuses tensors that a model cannot be filled with; the message names the right file.
   *
   * @param needed names of tensors that must not be missing
   */
  static void require(Path file, WeightMatch match, Set<String> needed) {
    List<String> missing = match.missing().stream().filter(needed::contains).toList();
    if (missing.stream().anyMatch(WholeModel::ofEncoder)) {
      throw new UserException(
          "%s: has no %s%s; give a file of this method and model, as `weights inspect` shows it"
              .formatted(file, missing.get(0), more(missing.size())));
    }
    if (!match.otherShape().isEmpty()) {
      WeightMatch.OtherShape first = match.otherShape().get(0);
      throw new UserException(
          "%s: %s has shape %s, the model needs %s%s; choose the configuration of the model that the file holds"
              .formatted(
                  file,
                  first.name(),
                  first.inFile(),
                  first.inModel(),
                  alike(match.otherShape().size())));
    }
    if (missing.isEmpty()) {
      return;
    }
    if (missing.stream().allMatch(name -> name.startsWith(TEACHER))) {
      throw new UserException(
          "%s: the teacher has no %s%s; give all of the teacher, or none: it starts as a copy of the model then"
              .formatted(file, missing.get(0).substring(TEACHER.length()), more(missing.size())));
    }
    throw new UserException(
        "%s: holds the encoder alone, without %s%s; pre-training and its analysis need the whole model: give the training checkpoint of the official code (for MAE also mae_visualize_*.pth), not the encoder released for fine-tuning"
            .formatted(file, missing.get(0), more(missing.size())));
  }

  private static boolean ofEncoder(String name) {
    String plain = name.startsWith("encoder.") ? name.substring("encoder.".length()) : name;
    return OF_ENCODER.matcher(plain).matches();
  }

  private static String alike(int count) {
    return count == 1 ? "" : " (" + (count - 1) + " more differ)";
  }

  private static String more(int count) {
    return count == 1 ? "" : " and " + (count - 1) + " more";
  }
}
