package dev.mto.bench.study;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A study of this repository whose results are kept in it, read where its images are not.
 *
 * @param text of the study's file and of all files that it is made of
 */
record CommittedStudy(
    StudyConfig study, StudyImages images, List<Cell> cells, CellStore store, String text) {
  private static final Path REPOSITORY = Path.of("..");

  /** Reads {@code configs/studies/NAME.yaml}. */
  static CommittedStudy of(String name, Path temporary) throws IOException {
    String yaml = Files.readString(REPOSITORY.resolve("configs/studies/" + name + ".yaml"));
    Path file = temporary.resolve(name + ".yaml");
    Files.writeString(
        file,
        yaml.replaceAll(": (configs|docs)/", ": ../$1/")
            .replaceAll(": data/", ": " + temporary + "/none/"));
    StudyConfig study = StudyConfig.read(file, List.of());
    StudyImages images = StudyImages.of(study);
    return new CommittedStudy(
        study,
        images,
        StudyPlan.of(study, images),
        new CellStore(temporary.resolve("study"), Path.of(study.results())),
        yaml + partsOf(study));
  }

  private static String partsOf(StudyConfig study) throws IOException {
    StringBuilder text = new StringBuilder();
    for (String file : study.baselines().values()) {
      text.append(Files.readString(Path.of(file))).append('\n');
    }
    for (Measurement.Kind kind : Measurement.Kind.values()) {
      StudyConfig.Measure measure = study.measures().of(kind);
      if (measure != null && measure.recipe() != null) {
        text.append(Files.readString(Path.of(measure.recipe()))).append('\n');
      }
    }
    return text.toString();
  }

  /** Results by cell; cells without one are left out. */
  Map<Cell, CellResult> finished() {
    Map<Cell, CellResult> finished = new LinkedHashMap<>();
    cells.forEach(
        cell -> store.find(cell, warning -> {}).ifPresent(found -> finished.put(cell, found)));
    return finished;
  }

  /** Files of results that are kept in the repository, whether a cell is theirs or not. */
  List<Path> keptFiles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(study.results()))) {
      return files
          .filter(file -> file.toString().endsWith(".json") && !file.endsWith("images.json"))
          .toList();
    }
  }

  List<StudyTables.Table> tables() {
    return new StudyReport(study, finished(), cells.size(), store).tables();
  }
}
