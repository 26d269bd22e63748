package dev.mto.peer;

import static org.bytedeco.pytorch.global.torch.tensor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Numbers of the official SimMIM: from the test resources, or from the folder of the property
 * {@code mto.oracle}, which holds {@code c_simmim/case0}.
 */
final class SimMimCase {

  private static final String FOLDER = "c_simmim/case0/";

  private final ScalarType type;
  private final JsonNode values;

  SimMimCase(ScalarType type) {
    this.type = type;
    try {
      values = new ObjectMapper().readTree(bytes("values.json"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  JsonNode values() {
    return values;
  }

  VitShape shape() {
    JsonNode config = values.get("config");
    return new VitShape(
        config.get("img_size").asInt(),
        config.get("patch_size").asInt(),
        config.get("embed_dim").asInt(),
        config.get("depth").asInt(),
        config.get("num_heads").asInt());
  }

  Weights weights() {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes("weights.npz")))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Npy array = new Npy(zip.readAllBytes());
        if (array.isFloat()) {
          weights.put(entry.getName().replaceFirst("\\.npy$", ""), floating(array));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Weights(weights);
  }

  Tensor images() {
    return floating(new Npy(bytes("image.npy")));
  }

  PatchMask mask() {
    long[] flat = new Npy(bytes("mask.npy")).longs();
    int tokens = shape().tokens();
    long[][] masked = new long[flat.length / tokens][];
    Arrays.setAll(masked, b -> Arrays.copyOfRange(flat, b * tokens, (b + 1) * tokens));
    return new PatchMask(masked, type);
  }

  private Tensor floating(Npy array) {
    return tensor(array.floats()).view(array.shape()).to(type);
  }

  private static byte[] bytes(String name) {
    String folder = System.getProperty("mto.oracle", "");
    try (InputStream stream =
        folder.isEmpty()
            ? SimMimCase.class.getResourceAsStream("/oracle/" + FOLDER + name)
            : Files.newInputStream(Path.of(folder, FOLDER + name))) {
      if (stream == null) {
        throw new FileNotFoundException(FOLDER + name);
      }
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
