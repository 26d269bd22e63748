package dev.mto.bench.watch;

import java.nio.charset.StandardCharsets;

/** What a server answers. */
record Answer(int status, String contentType, byte[] body) {
  static Answer page(String html) {
    return new Answer(200, "text/html; charset=utf-8", html.getBytes(StandardCharsets.UTF_8));
  }

  static Answer problem(int status, String text) {
    return new Answer(
        status, "text/plain; charset=utf-8", (text + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
