package dev.mto.data.folder;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mto.data.storage.Locations;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.commons.codec.digest.DigestUtils;

/** Images that are named one by one instead of lying in one folder. */
final class ImageList {
  private static final long NO_FILE = -1;

  private final List<String> names = new ArrayList<>();
  private final MessageDigest digest = DigestUtils.getSha256Digest();

  private ImageList() {}

  /** Images of which each name is a path of its own. */
  static ImageFolder of(Iterable<Path> files) {
    ImageList list = new ImageList();
    files.forEach(list::add);
    if (list.names.isEmpty()) {
      throw new IllegalArgumentException("no image is named: name at least one");
    }
    return list.folder();
  }

  /** Images of a text file. */
  static ImageFolder read(Path file) {
    ImageList list = new ImageList();
    int number = 0;
    try (BufferedReader lines = Files.newBufferedReader(file, UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        String path = (number == 1 && line.startsWith("\uFEFF") ? line.substring(1) : line).strip();
        if (!path.isEmpty()) {
          list.add(found(file, path));
        }
      }
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(
          "%s, line %d: is no path (%s); name one image a line"
              .formatted(file, number, e.getReason()),
          e);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          file + " is no text in UTF-8: give a folder of images, or a file with a path a line", e);
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read the list " + file + ": " + e, e);
    }
    if (list.names.isEmpty()) {
      throw new IllegalArgumentException(file + " names no image: write one path a line");
    }
    return list.folder();
  }

  private static Path found(Path list, String line) {
    if (Locations.isAddress(line)) {
      return Locations.path(line);
    }
    Path beside = list.resolveSibling(line);
    return Files.exists(beside) ? beside : Path.of(line);
  }

  private void add(Path image) {
    names.add(image.toString());
    digest.update((image + "\0" + size(image) + "\n").getBytes(UTF_8));
  }

  private static long size(Path image) {
    try {
      return Files.size(image);
    } catch (IOException e) {
      return NO_FILE;
    }
  }

  private ImageFolder folder() {
    return new ImageFolder(
        Path.of(""),
        new Members.NamedFiles(names.toArray(String[]::new)),
        HexFormat.of().formatHex(digest.digest()),
        LeftOut.NOTHING);
  }
}
