package dev.mto.evaluation.embed;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.encoder.CosineSearch;
import dev.mto.engine.encoder.FeatureTable;
import dev.mto.engine.errors.FileException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.AtomicFiles;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A folder of vectors that can be searched: {@code vectors.npy} (float32 [n, D]), {@code paths.txt}
 * (a line for each), and {@code index.json}, which says what they were made by and is written last.
 * A search reads all vectors once, block by block.
 */
public final class EmbeddingIndex {
  private static final String INDEX = "index.json";
  private static final String VECTORS = "vectors.npy";
  private static final String PATHS = "paths.txt";
  private static final long BLOCK_BYTES = 1L << 24;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final Contents contents;

  /**
   * What is in an index.
   *
   * @param vectors how many
   */
  private record Contents(EmbeddedBy by, EmbeddedImages images, int batch, int vectors) {}

  /**
   * An image that was found.
   *
   * @param image its path as it was embedded
   * @param file where it is, absolute
   * @param similarity cosine, -1 to 1
   */
  public record Found(String image, Path file, double similarity) {}

  private EmbeddingIndex(Path folder, Contents contents) {
    this.folder = folder;
    this.contents = contents;
  }

  static boolean present(Path folder) {
    return Files.exists(folder.resolve(INDEX));
  }

  /** Whether a folder is not there, or holds nothing but what an index may leave. */
  static boolean mayFill(Path folder) {
    if (!Files.isDirectory(folder)) {
      return true;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .allMatch(name -> Stream.of(INDEX, VECTORS, PATHS).anyMatch(name::startsWith));
    } catch (IOException e) {
      throw FileException.reading(folder, e);
    }
  }

  static void write(Path folder, EmbeddingTable table) {
    Contents contents =
        new Contents(table.plan().by(), table.plan().images(), table.plan().batch(), table.rows());
    try {
      Files.createDirectories(folder);
      Files.deleteIfExists(folder.resolve(INDEX)); // so that it never describes other vectors
      AtomicFiles.sweep(folder);
      AtomicFiles.write(folder.resolve(VECTORS), file -> NpyEmbeddings.write(file, table));
      AtomicFiles.write(folder.resolve(PATHS), file -> TextEmbeddings.writePaths(file, table));
      AtomicFiles.writeString(
          folder.resolve(INDEX),
          JSON.writerWithDefaultPrettyPrinter().writeValueAsString(contents) + "\n");
    } catch (IOException e) {
      throw FileException.writing(folder, e);
    }
  }

  /**
   * Opens an index.
   *
   * @throws UserException when there is none in the folder, or it is damaged
   */
  public static EmbeddingIndex open(Path folder) {
    Path file = folder.resolve(INDEX);
    if (!present(folder)) {
      throw new UserException(folder + ": holds no index; make one by mto embed --index");
    }
    try {
      EmbeddingIndex index =
          new EmbeddingIndex(folder, JSON.readValue(file.toFile(), Contents.class));
      long whole = index.start() + index.rowBytes() * index.vectors();
      if (Files.size(folder.resolve(VECTORS)) != whole) {
        throw new UserException(
            folder.resolve(VECTORS) + ": is not of the size that the index says; embed again");
      }
      return index;
    } catch (JsonProcessingException e) {
      throw new UserException(file + ": is damaged; embed again", e);
    } catch (IOException e) {
      throw FileException.reading(folder, e);
    }
  }

  /** The encoder that made it. */
  public EmbeddedBy by() {
    return contents.by();
  }

  /** How many images it holds. */
  public int vectors() {
    return contents.vectors();
  }

  /** The folder. */
  public Path folder() {
    return folder;
  }

  private long rowBytes() {
    return (long) Float.BYTES * by().dim();
  }

  private int start() {
    return NpyEmbeddings.header(vectors(), by().dim()).length;
  }

  /**
   * The most similar images of each query, in order.
   *
   * @param queries [Q, D] of Euclidean norm 1
   * @param most how many of each
   */
  public List<List<Found>> nearest(INDArray queries, int most) {
    CosineSearch search = new CosineSearch(queries, Math.min(most, vectors()));
    try (FileChannel channel = FileChannel.open(folder.resolve(VECTORS))) {
      channel.position(start());
      int block = (int) Math.max(1, BLOCK_BYTES / rowBytes());
      for (int from = 0; from < vectors(); from += block) {
        try (FeatureTable rows = read(channel, Math.min(block, vectors() - from))) {
          search.among(from, rows.normalised().rows(0, rows.size()));
        }
      }
    } catch (IOException e) {
      throw FileException.reading(folder.resolve(VECTORS), e);
    }
    List<List<CosineSearch.Neighbour>> found = new ArrayList<>();
    for (int q = 0; q < queries.size(0); q++) {
      found.add(search.of(q));
    }
    return named(found);
  }

  private FeatureTable read(FileChannel channel, int rows) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.toIntExact(rowBytes() * rows)).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw new EOFException();
      }
    }
    float[] values = new float[rows * by().dim()];
    bytes.flip().asFloatBuffer().get(values);
    return FeatureTable.of(Nd4j.create(values, new long[] {rows, by().dim()}, 'c'), new int[rows]);
  }

  private List<List<Found>> named(List<List<CosineSearch.Neighbour>> found) {
    Set<Integer> wanted = new TreeSet<>();
    found.forEach(of -> of.forEach(neighbour -> wanted.add(neighbour.row())));
    Map<Integer, String> names = names(wanted);
    return found.stream()
        .map(of -> of.stream().map(one -> found(names.get(one.row()), one.similarity())).toList())
        .toList();
  }

  private Found found(String image, double similarity) {
    return new Found(image, contents.images().locate(image), similarity);
  }

  private Map<Integer, String> names(Set<Integer> rows) {
    Map<Integer, String> names = new HashMap<>();
    Path file = folder.resolve(PATHS);
    try (BufferedReader lines = Files.newBufferedReader(file, UTF_8)) {
      int row = 0;
      for (int wanted : rows) {
        String line = lines.readLine();
        for (; row < wanted && line != null; row++) {
          line = lines.readLine();
        }
        if (line == null) {
          throw new EOFException();
        }
        names.put(wanted, line);
        row++;
      }
    } catch (IOException e) {
      throw FileException.reading(file, e);
    }
    return names;
  }
}
