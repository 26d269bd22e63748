package dev.mto.bench.embed;

import dev.mto.bench.weights.RunModel;
import dev.mto.engine.command.JsonOutput;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.pictures.ContactSheet;
import dev.mto.evaluation.embed.EmbeddingIndex;
import dev.mto.evaluation.embed.EmbeddingSearch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code search}. */
@Command(
    name = "search",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Shows the images of an index that are most similar to an image, by the cosine of their"
          + " vectors: a table, and a picture with the query first.",
      "The encoder is the one that made the index, from where it was then; where it lies elsewhere"
          + " now, --run or --weights says so. Another encoder is refused. A query that is itself in"
          + " the index is left out."
    },
    footer = {
      "",
      "Examples:",
      "  ./mto search --index photos.index --image query.jpg --out near.png",
      "  ./mto search --index photos.index --image a.jpg --image b.jpg --top 16 --out near.png",
      "  ./mto search --index photos.index --image query.jpg --json"
    })
public final class SearchCommand implements Callable<Integer> {
  @Option(
      names = "--index",
      required = true,
      paramLabel = "DIR",
      description = "The folder that mto embed --index has made.")
  private Path folder;

  @Option(
      names = "--image",
      required = true,
      paramLabel = "FILE",
      description = "The image to compare with. May be given often: a row of the picture each.")
  private List<Path> queries;

  @Option(
      names = "--top",
      paramLabel = "K",
      description = "Images to show for each (default: ${DEFAULT-VALUE}).")
  private int top = 8;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "PNG",
      description = "Draws the images here (default: only the table).")
  private Path out;

  @Mixin private RunModel model;
  @Mixin private JsonOutput json = new JsonOutput();

  @Override
  public Integer call() {
    if (top < 1) {
      throw new UserException("--top " + top + ": must be at least 1");
    }
    EmbeddingIndex index = EmbeddingIndex.open(folder);
    EmbeddingSearch search =
        new EmbeddingSearch(
            index, model.openOr(() -> EmbeddingSearch.of(index, System.out::println).model()));
    List<List<EmbeddingIndex.Found>> found = search.nearest(queries, top);
    for (int q = 0; q < queries.size(); q++) {
      print(queries.get(q), found.get(q), index.vectors());
    }
    if (out != null) {
      draw(index, search, found);
      System.out.println("wrote " + out);
    }
    json.write(figures(index, found));
    return 0;
  }

  private static void print(Path query, List<EmbeddingIndex.Found> found, int images) {
    System.out.printf("%s: nearest of %,d images by cosine%n", query, images);
    for (int i = 0; i < found.size(); i++) {
      System.out.printf(
          Locale.ROOT,
          "  %3d  %7.4f  %s%n",
          i + 1,
          found.get(i).similarity(),
          found.get(i).image());
    }
  }

  private void draw(
      EmbeddingIndex index, EmbeddingSearch search, List<List<EmbeddingIndex.Found>> found) {
    List<List<ContactSheet.Tile>> rows = new ArrayList<>();
    for (int q = 0; q < queries.size(); q++) {
      List<ContactSheet.Tile> row = new ArrayList<>();
      row.add(new ContactSheet.Tile(queries.get(q), "query", queries.get(q).toString()));
      for (EmbeddingIndex.Found one : found.get(q)) {
        row.add(
            new ContactSheet.Tile(
                one.file(), String.format(Locale.ROOT, "%.3f", one.similarity()), one.image()));
      }
      rows.add(row);
    }
    String caption =
        "Nearest of %,d images by cosine similarity; %s, %s"
            .formatted(index.vectors(), search.model().name(), index.by().feature().describe());
    ContactSheet.write(out, caption, rows, search.model().config().data().exif());
  }

  private Map<String, Object> figures(
      EmbeddingIndex index, List<List<EmbeddingIndex.Found>> found) {
    List<Object> results = new ArrayList<>();
    for (int q = 0; q < queries.size(); q++) {
      List<Object> neighbours = new ArrayList<>();
      for (EmbeddingIndex.Found one : found.get(q)) {
        Map<String, Object> neighbour = new LinkedHashMap<>();
        neighbour.put("image", one.image());
        neighbour.put("similarity", one.similarity());
        neighbours.add(neighbour);
      }
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("image", queries.get(q).toString());
      result.put("neighbours", neighbours);
      results.add(result);
    }
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("index", folder.toString());
    figures.put("encoder", index.by().model());
    figures.put("feature", index.by().feature().describe());
    figures.put("vectors", index.vectors());
    figures.put("queries", results);
    return figures;
  }
}
