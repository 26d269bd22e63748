package dev.mto.data.format;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The formats of image files that are read, known by the ending of a name or by a file's start. */
public enum ImageFormat {
  JPEG("jpe?g|jpe|jfif"),
  PNG("png"),
  TIFF("tiff?"),
  BMP("bmp|dib"),
  WEBP("webp");

  /** How many bytes of a file's start tell its format. */
  public static final int START_BYTES = 12;

  private final Pattern endings;

  ImageFormat(String endings) {
    this.endings = Pattern.compile("\\.(" + endings + ")\\z", Pattern.CASE_INSENSITIVE);
  }

  /** Whether a file's name, in any case, has the ending of one of the formats. */
  public static boolean named(String name) {
    return Stream.of(values()).anyMatch(format -> format.endings.matcher(name).find());
  }

  /**
   * The format of a file.
   *
   * @param file its first {@link #START_BYTES} bytes, or all of it
   */
  public static Optional<ImageFormat> of(byte[] file) {
    return Stream.of(values()).filter(format -> format.begins(file)).findFirst();
  }

  private boolean begins(byte[] file) {
    return switch (this) {
      case JPEG -> has(file, 0, "\u00FF\u00D8\u00FF");
      case PNG -> has(file, 0, "\u0089PNG\r\n\u001A\n");
      case TIFF ->
          has(file, 0, "II*\0")
              || has(file, 0, "MM\0*")
              || has(file, 0, "II+\0")
              || has(file, 0, "MM\0+");
      case BMP -> has(file, 0, "BM") && has(file, 6, "\0\0\0\0");
      case WEBP -> has(file, 0, "RIFF") && has(file, 8, "WEBP");
    };
  }

  private static boolean has(byte[] file, int at, String bytes) {
    return file.length >= at + bytes.length()
        && new String(file, at, bytes.length(), ISO_8859_1).equals(bytes);
  }
}
