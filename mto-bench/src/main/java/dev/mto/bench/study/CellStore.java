package dev.mto.bench.study;

import dev.mto.engine.errors.FileException;
import dev.mto.engine.folder.AtomicFiles;
import dev.mto.speed.JsonFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Results of finished cells: in the cells' folders, and one small file a cell among the results
 * that are kept under version control. Either counts, if its hash is the cell's.
 *
 * @param study folder of the study, with the cells' folders and those of their pre-training
 * @param kept folder of small files, or null
 */
record CellStore(Path study, Path kept) {

  /** The folders of a cell. Another configuration of the same name has others. */
  CellFolder folder(Cell cell) {
    return new CellFolder(
        study.resolve("cells").resolve(cell.id() + "-" + cell.hash()),
        study.resolve("pretrained").resolve(cell.id() + "-" + cell.trainingHash()));
  }

  /**
   * The result of a cell, if it is finished.
   *
   * @param warn is told of kept results of another configuration
   */
  Optional<CellResult> find(Cell cell, Consumer<String> warn) {
    Path own = folder(cell).result();
    if (Files.exists(own)) {
      return Optional.of(CellResult.read(own));
    }
    if (kept != null && Files.exists(keptFile(cell))) {
      CellResult result = CellResult.read(keptFile(cell));
      if (result.hash().equals(cell.hash())) {
        return Optional.of(result);
      }
      warn.accept(
          "%s: of another configuration (%s); the cell runs again"
              .formatted(keptFile(cell), result.hash()));
    }
    return Optional.empty();
  }

  /** Writes the result of a cell that has come to its end, and keeps it. */
  void finish(Cell cell, CellResult result) {
    JsonFile.write(folder(cell).result(), result);
    keep(cell, result);
  }

  /** Keeps the result of a cell of this folder and its affinity maps, if they are not kept yet. */
  void keep(Cell cell, CellResult result) {
    if (kept == null || Files.notExists(folder(cell).result()) || isKept(cell)) {
      return;
    }
    try {
      Files.createDirectories(kept);
      for (Path picture : affinity(folder(cell).pictures(cell.epochs().last()))) {
        Path copy = kept.resolve(cell.id() + "-" + picture.getFileName());
        AtomicFiles.write(copy, temporary -> Files.write(temporary, Files.readAllBytes(picture)));
      }
      JsonFile.write(keptFile(cell), result);
    } catch (IOException e) {
      throw FileException.writing(kept, e);
    }
  }

  private boolean isKept(Cell cell) {
    return Files.exists(keptFile(cell))
        && CellResult.read(keptFile(cell)).hash().equals(cell.hash());
  }

  /** Pictures of a cell's affinity maps, from its folder or from what is kept. */
  List<Path> affinity(Cell cell) {
    Path own = folder(cell).pictures(cell.epochs().last());
    if (Files.isDirectory(own)) {
      return affinity(own);
    }
    return kept == null || !Files.isDirectory(kept)
        ? List.of()
        : list(kept, Pattern.quote(cell.id()) + "-affinity.*");
  }

  private static List<Path> affinity(Path folder) {
    return list(folder, "affinity.*\\.png");
  }

  private static List<Path> list(Path folder, String name) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> f.getFileName().toString().matches(name)).sorted().toList();
    } catch (IOException e) {
      throw FileException.reading(folder, e);
    }
  }

  private Path keptFile(Cell cell) {
    return kept.resolve(cell.id() + ".json");
  }
}
