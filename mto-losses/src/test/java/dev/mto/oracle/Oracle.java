package dev.mto.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.opentest4j.TestAbortedException;

/**
 * Reference cases, a folder each, in families such as {@code a_mto}. They are resources {@code
 * oracle/FAMILY} of the module under test, or of the folder that the system property {@code
 * mto.oracle} names: {@code DIR/FAMILY} or {@code DIR/SUBFOLDER/FAMILY}.
 */
public final class Oracle {

  private static final String PROPERTY = "mto.oracle";
  private static final ObjectMapper JSON = new ObjectMapper();

  private Oracle() {}

  /**
   * The folder of a family.
   *
   * @throws TestAbortedException if the folder named by the system property lacks the family
   * @throws IllegalStateException if it is not among the module's own resources
   */
  public static Path folder(String family) {
    String custom = System.getProperty(PROPERTY, "");
    return custom.isBlank() ? resource(family) : customFolder(Path.of(custom), family);
  }

  /**
   * The case folders of a family, sorted by name.
   *
   * @throws IllegalStateException if there is none
   */
  public static List<Path> cases(String family) {
    List<Path> cases = subfolders(folder(family));
    if (cases.isEmpty()) {
      throw new IllegalStateException("no case folders in " + folder(family));
    }
    return cases;
  }

  /** A .npy file as an array of type DOUBLE, FLOAT or LONG. */
  public static INDArray npy(Path file) {
    try {
      return Npy.parse(file.toString(), Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The members of a .npz file in their order, by name without {@code .npy}. */
  public static Map<String, INDArray> npz(Path file) {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    try (InputStream stream = Files.newInputStream(file);
        ZipInputStream zip = new ZipInputStream(stream)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        String name = entry.getName().replaceFirst("\\.npy$", "");
        arrays.put(name, Npy.parse(file + ":" + name, zip.readAllBytes()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return arrays;
  }

  /** A JSON file. */
  public static JsonNode json(Path file) {
    try {
      return JSON.readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path resource(String family) {
    String name = "oracle/" + family;
    URL url = Thread.currentThread().getContextClassLoader().getResource(name);
    if (url == null) {
      throw new IllegalStateException("no test resource " + name + " in this module");
    }
    try {
      URI uri = url.toURI();
      return Path.of(uri);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Path customFolder(Path root, String family) {
    if (!Files.isDirectory(root)) {
      throw new IllegalStateException(
          "-D" + PROPERTY + "=" + root + " is not a folder: give one that holds " + family);
    }
    return Stream.concat(Stream.of(root), subfolders(root).stream())
        .map(parent -> parent.resolve(family))
        .filter(Files::isDirectory)
        .findFirst()
        .orElseThrow(() -> new TestAbortedException("no folder " + family + " in " + root));
  }

  private static List<Path> subfolders(Path folder) {
    try (Stream<Path> children = Files.list(folder)) {
      return children.filter(Files::isDirectory).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
