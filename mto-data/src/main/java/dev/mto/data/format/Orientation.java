package dev.mto.data.format;

/** How an image is meant to be seen: the eight values of EXIF's and TIFF's orientation. */
public enum Orientation {
  UPRIGHT(false, false, false),
  MIRRORED(false, true, false),
  TURNED_BY_180(false, true, true),
  UPSIDE_DOWN(false, false, true),
  TRANSPOSED(true, false, false),
  TURNED_BY_90(true, true, false),
  TRANSVERSED(true, true, true),
  TURNED_BY_270(true, false, true);

  private final boolean sideways;
  private final boolean leftToRight;
  private final boolean topToBottom;

  Orientation(boolean sideways, boolean leftToRight, boolean topToBottom) {
    this.sideways = sideways;
    this.leftToRight = leftToRight;
    this.topToBottom = topToBottom;
  }

  /** By EXIF's number, 1 to 8; any other means nothing and is upright. */
  static Orientation of(int number) {
    return number >= 1 && number <= 8 ? values()[number - 1] : UPRIGHT;
  }

  /** Whether rows are to become columns first. */
  public boolean sideways() {
    return sideways;
  }

  /** Whether the image is then to be mirrored from left to right. */
  public boolean leftToRight() {
    return leftToRight;
  }

  /** Whether it is to be mirrored from top to bottom too. */
  public boolean topToBottom() {
    return topToBottom;
  }
}
