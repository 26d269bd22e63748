package dev.mto.speed.gpu;

import java.util.List;

/**
 * A model that a processor trains as fast as a GPU, of every method.
 *
 * @param side of an image, in pixels
 * @param patch in pixels
 * @param dim of the encoder
 * @param depth of the encoder
 * @param heads of the encoder
 */
record SmallModel(int side, int patch, int dim, int depth, int heads) {
  /** What makes a standard case of a method one of this size. */
  List<String> settings(String method) {
    int patches = side / patch * (side / patch);
    String model =
        "model={preset: vit-tiny, image: [%d, %d], patch: %d, dim: %d, depth: %d, heads: %d, drop_path: 0.0}"
            .formatted(side, side, patch, dim, depth, heads);
    String inUnits = "masking={ratio: 0.5, unit: %d}".formatted(patch);
    return switch (method) {
      case "simmim" -> List.of(model, inUnits);
      case "mae" ->
          List.of(
              model,
              "options={decoder_dim: %d, decoder_depth: 1, decoder_heads: 2}".formatted(8 * heads));
      case "bootmae" ->
          List.of(
              model,
              "options={decoder_dim: %d, decoder_depth: 1, block_patches: %d, block_min: 2, block_max: %d}"
                  .formatted(8 * heads, patches / 2, patches / 2 - 2),
              "options.ema_decay=[0.5]",
              "options.ema_epochs=[]");
      case "conmim" ->
          List.of(model, "options={projector_hidden: 48, projector_dim: 16, lm_head: 8}", inUnits);
      default -> throw new IllegalArgumentException("no small model of " + method);
    };
  }
}
