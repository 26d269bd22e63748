package dev.mto.data.folder;

import java.nio.file.Path;
import java.util.Locale;

/** More of a folder's images are unreadable than the run allows. */
public final class TooManyBadImagesException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int count;
  private final int images;

  /**
   * So many.
   *
   * @param last of them
   * @param list of all, or null where there is none
   */
  public TooManyBadImagesException(int count, int images, double maxShare, String last, Path list) {
    super(
        String.format(
            Locale.ROOT,
            "%d of %d images (%.2f %%) cannot be read, more than the allowed %.2f %%"
                + " (data.max_bad_share), the last being %s: repair or remove them%s, or raise the"
                + " limit",
            count,
            images,
            100.0 * count / images,
            100 * maxShare,
            last,
            list == null ? "" : ", they are listed in " + list));
    this.count = count;
    this.images = images;
  }

  /** Bad images found so far. */
  public int count() {
    return count;
  }

  /** All images of the folder. */
  public int images() {
    return images;
  }
}
