package dev.mto.models;

import org.nd4j.autodiff.samediff.SDVariable;

/**
 * Cuts images into patches and puts them together again. Shapes: B images, C channels, H x W
 * pixels, N patches row by row, P pixels a side.
 */
public final class Patches {
  private final VitConfig config;

  /** Patches of images of the configured size. */
  public Patches(VitConfig config) {
    this.config = config;
  }

  /** Images [B, C, H, W] to patches [B*N, C*P*P]: channel, row, column, as a convolution. */
  public SDVariable split(SDVariable images) {
    // (B, C, h, P, w, P) -> (B, h, w, C, P, P)
    return grid(images).permute(0, 2, 4, 1, 3, 5).reshape(-1, config.patchValues());
  }

  /** Images [B, C, H, W] to patches [B*N, P*P*C]: row, column, channel, as MAE. */
  public SDVariable splitChannelLast(SDVariable images) {
    // (B, C, h, P, w, P) -> (B, h, w, P, P, C)
    return grid(images).permute(0, 2, 4, 3, 5, 1).reshape(-1, config.patchValues());
  }

  /** The inverse of {@link #split}. */
  public SDVariable join(SDVariable patches) {
    int side = config.patch();
    return image(
        patches
            .reshape(-1, config.gridHeight(), config.gridWidth(), config.channels(), side, side)
            // (B, h, w, C, P, P) -> (B, C, h, P, w, P)
            .permute(0, 3, 1, 4, 2, 5));
  }

  /** The inverse of {@link #splitChannelLast}. */
  public SDVariable joinChannelLast(SDVariable patches) {
    int side = config.patch();
    return image(
        patches
            .reshape(-1, config.gridHeight(), config.gridWidth(), side, side, config.channels())
            // (B, h, w, P, P, C) -> (B, C, h, P, w, P)
            .permute(0, 5, 1, 3, 2, 4));
  }

  private SDVariable grid(SDVariable images) {
    int side = config.patch();
    return images.reshape(
        -1, config.channels(), config.gridHeight(), side, config.gridWidth(), side);
  }

  private SDVariable image(SDVariable grid) {
    return grid.reshape(-1, config.channels(), config.imageHeight(), config.imageWidth());
  }
}
