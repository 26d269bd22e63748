package dev.mto.data.image;

import java.io.IOException;

/** An image file that cannot be used; the message is the reason alone, without the path. */
public final class UnreadableImageException extends IOException {
  private static final long serialVersionUID = 1L;

  public UnreadableImageException(String reason) {
    super(reason);
  }
}
