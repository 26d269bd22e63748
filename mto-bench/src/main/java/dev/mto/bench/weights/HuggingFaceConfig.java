package dev.mto.bench.weights;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mto.data.image.CenterCrop;
import dev.mto.data.pixels.Interpolation;
import dev.mto.engine.config.DataConfig;
import dev.mto.engine.config.RunConfig;
import dev.mto.models.VitConfig;
import dev.mto.speed.JsonFile;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The files that Hugging Face's transformers want beside the tensors of a model: {@code
 * config.json} and {@code preprocessor_config.json}.
 *
 * @param run what the model was configured by
 */
record HuggingFaceConfig(RunConfig run) {
  /** ε of every layer normalisation here; the default there is another. */
  private static final double NORM_EPSILON = 1e-6;

  /** Pillow's numbers of filters. */
  private static final int BILINEAR = 2;

  private static final int BICUBIC = 3;

  /** Writes both beside {@code out}, and says so. */
  void write(Map<String, Object> config, OutputFile out) {
    JsonFile.write(out.beside("config.json"), config);
    System.out.println("wrote " + out.beside("config.json") + ": " + config.get("architectures"));
    if (isSquareAndColoured()) {
      JsonFile.write(out.beside("preprocessor_config.json"), preprocessor());
      System.out.println("wrote " + out.beside("preprocessor_config.json"));
    } else {
      System.out.println(
          "no preprocessor_config.json: those of transformers make square images of three channels");
    }
  }

  private boolean isSquareAndColoured() {
    List<Integer> sides = run.model().image();
    return sides.get(0).equals(sides.get(1)) && run.data().channels() == 3;
  }

  /** Of {@code ViTMAEForPreTraining}. */
  Map<String, Object> vitMae() {
    ObjectNode options = run.options();
    Map<String, Object> config = encoder("ViTMAEForPreTraining", "vit_mae");
    int width = options.get("decoder_dim").asInt();
    config.put("qkv_bias", true);
    config.put("decoder_hidden_size", width);
    config.put("decoder_num_hidden_layers", options.get("decoder_depth").asInt());
    config.put("decoder_num_attention_heads", options.get("decoder_heads").asInt());
    config.put("decoder_intermediate_size", Math.round(width * run.vit().mlpRatio()));
    config.put("mask_ratio", run.masking().ratio());
    config.put("norm_pix_loss", options.get("norm_pix").asBoolean());
    return config;
  }

  /** Of {@code ViTModel}: MAE's encoder with every patch seen. */
  Map<String, Object> vit() {
    Map<String, Object> config = encoder("ViTModel", "vit");
    config.put("qkv_bias", true);
    return config;
  }

  /** Of {@code ViTForImageClassification}. */
  Map<String, Object> vit(List<String> classes) {
    Map<String, Object> config = encoder("ViTForImageClassification", "vit");
    config.put("qkv_bias", true);
    return labelled(config, classes);
  }

  /**
   * Of {@code BeitModel}, an encoder as pre-training leaves it.
   *
   * @param tensors under official names
   */
  Map<String, Object> beit(Map<String, ?> tensors) {
    return beit("BeitModel", false, tensors);
  }

  /**
   * Of {@code BeitForImageClassification}, which classifies the mean of patch tokens under a norm
   * of its own.
   *
   * @param tensors under official names
   */
  Map<String, Object> beit(Map<String, ?> tensors, List<String> classes) {
    return labelled(beit("BeitForImageClassification", true, tensors), classes);
  }

  private Map<String, Object> beit(String type, boolean mean, Map<String, ?> tensors) {
    Map<String, Object> config = encoder(type, "beit");
    config.put("use_mask_token", false);
    config.put("use_absolute_position_embeddings", tensors.containsKey("pos_embed"));
    config.put(
        "use_relative_position_bias",
        tensors.containsKey("blocks.0.attn.relative_position_bias_table"));
    config.put(
        "use_shared_relative_position_bias",
        tensors.containsKey("rel_pos_bias.relative_position_bias_table"));
    config.put("layer_scale_init_value", run.vit().layerScale());
    config.put("drop_path_rate", 0.0);
    config.put("use_mean_pooling", mean);
    return config;
  }

  private Map<String, Object> encoder(String architecture, String type) {
    VitConfig vit = run.vit();
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("architectures", List.of(architecture));
    config.put("model_type", type);
    config.put("hidden_size", vit.dim());
    config.put("num_hidden_layers", vit.depth());
    config.put("num_attention_heads", vit.heads());
    config.put("intermediate_size", vit.hidden());
    config.put("hidden_act", "gelu");
    config.put("hidden_dropout_prob", 0.0);
    config.put("attention_probs_dropout_prob", 0.0);
    config.put("layer_norm_eps", NORM_EPSILON);
    config.put(
        "image_size",
        vit.imageHeight() == vit.imageWidth()
            ? vit.imageHeight()
            : List.of(vit.imageHeight(), vit.imageWidth()));
    config.put("patch_size", vit.patch());
    config.put("num_channels", vit.channels());
    config.put("torch_dtype", "float32");
    return config;
  }

  private static Map<String, Object> labelled(Map<String, Object> config, List<String> classes) {
    Map<String, String> names = new LinkedHashMap<>();
    Map<String, Integer> ranks = new LinkedHashMap<>();
    for (int i = 0; i < classes.size(); i++) {
      names.put(String.valueOf(i), classes.get(i));
      ranks.put(classes.get(i), i);
    }
    config.put("id2label", names);
    config.put("label2id", ranks);
    return config;
  }

  /** The shorter side to 1/{@value CenterCrop#USUAL_SHARE} of the image's, the centre of that. */
  private Map<String, Object> preprocessor() {
    DataConfig data = run.data();
    int side = run.model().image().get(0);
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("image_processor_type", "BitImageProcessor");
    config.put("do_convert_rgb", true);
    config.put("do_resize", true);
    config.put("size", Map.of("shortest_edge", (long) Math.rint(side / CenterCrop.USUAL_SHARE)));
    config.put("resample", data.interpolation() == Interpolation.BILINEAR ? BILINEAR : BICUBIC);
    config.put("do_center_crop", true);
    config.put("crop_size", new LinkedHashMap<>(Map.of("height", side, "width", side)));
    config.put("do_rescale", true);
    config.put("rescale_factor", 1 / 255.0);
    config.put("do_normalize", true);
    config.put("image_mean", data.mean());
    config.put("image_std", data.std());
    return config;
  }
}
