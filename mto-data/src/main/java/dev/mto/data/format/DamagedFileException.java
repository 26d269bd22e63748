package dev.mto.data.format;

import java.io.IOException;

/** A file that is no image, is cut short, or is of a kind that is not read; says which. */
public final class DamagedFileException extends IOException {
  private static final long serialVersionUID = 1L;

  DamagedFileException(String reason) {
    super(reason);
  }
}
