package dev.mto.bench.watch;

import java.nio.charset.StandardCharsets;

/**
 * What a server answers.
 *
 * @param contentType of the text in UTF-8, without its charset
 */
record Answer(int status, String contentType, String text) {
  static Answer page(String html) {
    return new Answer(200, "text/html", html);
  }

  static Answer problem(int status, String text) {
    return new Answer(status, "text/plain", text + "\n");
  }

  byte[] bytes() {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
