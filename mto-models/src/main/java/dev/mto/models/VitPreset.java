package dev.mto.models;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The usual sizes of a Vision Transformer. */
public enum VitPreset {
  /** 192 wide, 12 blocks, 3 heads. */
  TINY("vit-tiny", 192, 12, 3),
  /** 384 wide, 12 blocks, 6 heads. */
  SMALL("vit-small", 384, 12, 6),
  /** 768 wide, 12 blocks, 12 heads. */
  BASE("vit-base", 768, 12, 12),
  /** 1024 wide, 24 blocks, 16 heads. */
  LARGE("vit-large", 1024, 24, 16);

  private final String label;
  private final int dim;
  private final int depth;
  private final int heads;

  VitPreset(String label, int dim, int depth, int heads) {
    this.label = label;
    this.dim = dim;
    this.depth = depth;
    this.heads = heads;
  }

  /**
   * The preset of this name, e.g. {@code vit-tiny}.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static VitPreset named(String label) {
    return Arrays.stream(values())
        .filter(preset -> preset.label.equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no model preset '%s'; choose one of %s"
                        .formatted(
                            label,
                            Arrays.stream(values())
                                .map(VitPreset::label)
                                .collect(Collectors.joining(", ")))));
  }

  /** Name in configurations. */
  public String label() {
    return label;
  }

  /** Width of a token. */
  public int dim() {
    return dim;
  }

  /** Number of blocks. */
  public int depth() {
    return depth;
  }

  /** Attention heads in each block. */
  public int heads() {
    return heads;
  }
}
