package dev.mto.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.mto.engine.Baseline;
import dev.mto.engine.Baselines;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Recipes hold what a method does differently from the defaults and nothing else. */
class RecipeFilesTest {
  private static final YAMLMapper YAML = new YAMLMapper();

  @ParameterizedTest
  @CsvSource({
    "mae, recipe.yaml, defaults.yaml",
    "mae, linear.yaml, linear.yaml",
    "simmim, recipe.yaml, defaults.yaml",
    "simmim, finetune.yaml, finetune.yaml",
    "bootmae, recipe.yaml, defaults.yaml",
    "bootmae, finetune.yaml, finetune.yaml",
    "bootmae, linear.yaml, linear.yaml",
    "conmim, recipe.yaml, defaults.yaml",
    "conmim, finetune.yaml, finetune.yaml"
  })
  void noRecipeRepeatsADefault(String name, String file, String defaults) throws IOException {
    List<String> repeated = new ArrayList<>();
    repeated(
        "", read(Baselines.named(name).getClass(), file), read(Baseline.class, defaults), repeated);
    assertThat(repeated).isEmpty();
  }

  private static void repeated(String path, JsonNode own, JsonNode defaults, List<String> found) {
    own.properties()
        .forEach(
            entry -> {
              JsonNode usual = defaults.get(entry.getKey());
              if (entry.getValue().isObject() && usual != null) {
                repeated(path + entry.getKey() + ".", entry.getValue(), usual, found);
              } else if (entry.getValue().equals(usual)) {
                found.add(path + entry.getKey());
              }
            });
  }

  private static JsonNode read(Class<?> owner, String file) throws IOException {
    try (InputStream in = owner.getResourceAsStream(file)) {
      return YAML.readTree(in);
    }
  }
}
