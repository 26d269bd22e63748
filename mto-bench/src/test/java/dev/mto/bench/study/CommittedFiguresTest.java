package dev.mto.bench.study;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The figures in the documents are those that the study draws of its cells. */
class CommittedFiguresTest {
  private static final Path FIGURES = Path.of("../docs/figures");

  /** The part of a picture with curves and without text, whose fonts differ between machines. */
  private static final int LEFT = 90;

  private static final int TOP = 110;
  private static final int RIGHT = 1180;
  private static final int BOTTOM = 555;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"fashion", "halving"})
  void figuresAreThoseOfTheCells(String study) throws IOException {
    CommittedStudy committed = CommittedStudy.of(study, folder);
    new StudyReport(
            committed.study(), committed.finished(), committed.cells().size(), committed.store())
        .write(folder);
    try (Stream<Path> files = Files.list(FIGURES.resolve(study))) {
      List<Path> figures = files.sorted().toList();
      assertThat(figures).isNotEmpty();
      for (Path figure : figures) {
        BufferedImage drawn =
            ImageIO.read(folder.resolve("figures").resolve(figure.getFileName()).toFile());
        assertThat(different(ImageIO.read(figure.toFile()), drawn))
            .as("%s; draw it by study configs/studies/%s.yaml --report", figure, study)
            .isLessThan(0.001);
      }
    }
  }

  /** The share of pixels that differ. */
  private static double different(BufferedImage one, BufferedImage other) {
    assertThat(one.getWidth()).isEqualTo(other.getWidth());
    assertThat(one.getHeight()).isEqualTo(other.getHeight());
    int differ = 0;
    for (int y = TOP; y < BOTTOM; y++) {
      for (int x = LEFT; x < RIGHT; x++) {
        differ += one.getRGB(x, y) == other.getRGB(x, y) ? 0 : 1;
      }
    }
    return (double) differ / ((BOTTOM - TOP) * (RIGHT - LEFT));
  }
}
