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
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Numbers of an official implementation: from the test resources, or from the folder of the
 * property {@code mto.oracle}, which holds {@code b_mae/case0} and {@code c_simmim/case0}.
 */
final class OracleCase {

  private static final Set<String> TABLES = Set.of("pos_embed", "decoder_pos_embed");

  private final String folder;
  private final ScalarType type;
  private final JsonNode values;

  /**
   * @param folder e.g. {@code c_simmim/case0}
   */
  OracleCase(String folder, ScalarType type) {
    this.folder = folder + "/";
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

  /** The case with the optimizer of {@code run}, e.g. {@code adamw}. */
  PeerCase options(String method, String run, boolean normPix) {
    return options(method, run, normPix, false);
  }

  /** The same in bfloat16 or not. */
  PeerCase options(String method, String run, boolean normPix, boolean bfloat16) {
    JsonNode config = values.get("config");
    JsonNode adamw = values.get(run);
    JsonNode weights = adamw.path("mto_weights");
    return new PeerCase(
        method,
        config.get("img_size").asInt(),
        config.get("patch_size").asInt(),
        config.get("num_heads").asInt(),
        config.path("decoder_num_heads").asInt(0),
        normPix,
        true,
        weights.path("spa").asDouble(0.001),
        weights.path("e").asDouble(0.01),
        weights.path("r").asDouble(0.001),
        adamw.get("lr").asDouble(),
        adamw.at("/betas/0").asDouble(0.9),
        adamw.at("/betas/1").asDouble(0.999),
        1e-8,
        0.05,
        adamw.path("clip").asDouble(0),
        bfloat16);
  }

  Weights weights() {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes("weights.npz")))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Npy array = new Npy(zip.readAllBytes());
        String name = entry.getName().replaceFirst("\\.npy$", "");
        if (array.isFloat() && !TABLES.contains(name)) {
          weights.put(name, floating(array));
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
    Npy mask = new Npy(bytes("mask.npy"));
    Tensor values = mask.isFloat() ? tensor(mask.floats()) : tensor(mask.longs());
    return PatchMask.of(values.view(mask.shape()[0], -1), type);
  }

  private Tensor floating(Npy array) {
    return tensor(array.floats()).view(array.shape()).to(type);
  }

  private byte[] bytes(String name) {
    String root = System.getProperty("mto.oracle", "");
    try (InputStream stream =
        root.isEmpty()
            ? OracleCase.class.getResourceAsStream("/oracle/" + folder + name)
            : Files.newInputStream(Path.of(root, folder + name))) {
      if (stream == null) {
        throw new FileNotFoundException(folder + name);
      }
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
