package dev.mto.data;

import java.io.IOException;

/** An image file that cannot be used; the message is the reason alone, without the path. */
final class UnreadableImageException extends IOException {
  private static final long serialVersionUID = 1L;

  UnreadableImageException(String reason) {
    super(reason);
  }
}
