package dev.mto.data.image;

/** What is done with the orientation that a camera has noted in a file. */
public enum Exif {
  /** The image is turned or mirrored as it is meant to be seen. */
  APPLY,
  /** Pixels stay as they are stored. */
  IGNORE
}
