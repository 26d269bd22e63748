package dev.mto.models.weights;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;

/** Files of this module's tests, the same whatever oracle is chosen, to be damaged on purpose. */
final class OwnResource {
  private OwnResource() {}

  static Path path(String name) {
    URL url = OwnResource.class.getResource("/" + name);
    try {
      URI uri = url.toURI();
      return Path.of(uri);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
