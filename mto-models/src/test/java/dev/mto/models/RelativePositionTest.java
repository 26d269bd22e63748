package dev.mto.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.oracle.Oracle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class RelativePositionTest {
  private static final VitConfig CONFIG =
      new VitConfig(1, 8, 12, 4, 4, 1, 2, 4, 0.1, 0, VitConfig.OFFICIAL_INIT_STD);

  @Test
  void indexOfTheOfficialGridIsTheOfficialBuffer() {
    Path file = Oracle.folder("c_simmim").resolve("rel_pos_index_14x14.json");
    assumeTrue(Files.exists(file));
    JsonNode official = Oracle.json(file);

    INDArray index = RelativePositionBias.index(14, 14);

    assertThat(index.shape()).containsExactly(197, 197);
    assertThat(index.sumNumber().longValue()).isEqualTo(official.get("sum").asLong());
    assertThat(official.get("rows").size()).isPositive();
    official
        .get("rows")
        .properties()
        .forEach(
            row -> {
              for (int j = 0; j < row.getValue().size(); j++) {
                assertThat(index.getLong(Long.parseLong(row.getKey()), j))
                    .isEqualTo(row.getValue().get(j).asLong());
              }
            });
  }

  @Test
  void biasReadsTheTableByTheIndexOnAGridThatIsNotSquare() {
    SameDiff graph = SameDiff.create();
    INDArray index = RelativePositionBias.index(CONFIG.gridHeight(), CONFIG.gridWidth());
    SDVariable bias = bias(graph);
    INDArray table = graph.getArrForVarName("bias.relative_position_bias_table");

    INDArray actual = bias.eval();

    assertThat(actual.shape()).containsExactly(2, 7, 7);
    for (int head = 0; head < 2; head++) {
      for (int i = 0; i < 7; i++) {
        for (int j = 0; j < 7; j++) {
          assertThat(actual.getDouble(head, i, j))
              .isEqualTo(table.getDouble(index.getLong(i, j), head));
        }
      }
    }
  }

  @Test
  void gradientOfTheTableCountsThePairsAtEachDistance() {
    SameDiff graph = SameDiff.create();
    INDArray index = RelativePositionBias.index(CONFIG.gridHeight(), CONFIG.gridWidth());
    graph.setLossVariables(bias(graph).sum());

    INDArray gradient =
        graph
            .calculateGradients(Map.of(), List.of("bias.relative_position_bias_table"))
            .get("bias.relative_position_bias_table");

    for (int row = 0; row < CONFIG.distances(); row++) {
      long pairs = 0;
      for (long i = 0; i < index.length(); i++) {
        pairs += index.getLong(i) == row ? 1 : 0;
      }
      assertThat(gradient.getDouble(row, 0)).isEqualTo((double) pairs);
      assertThat(gradient.getDouble(row, 1)).isEqualTo((double) pairs);
    }
  }

  @Test
  void twoEncodersFitInOneGraph() {
    SameDiff graph = SameDiff.create();
    Parameters parameters = new Parameters(graph, DataType.DOUBLE, name -> new SplittableRandom(1));

    SDVariable student = new RelativePositionBias(CONFIG, parameters, "student").bias();
    SDVariable teacher = new RelativePositionBias(CONFIG, parameters, "teacher").bias();

    assertThat(student.eval().shape()).isEqualTo(teacher.eval().shape());
  }

  private static SDVariable bias(SameDiff graph) {
    Parameters parameters = new Parameters(graph, DataType.DOUBLE, name -> new SplittableRandom(1));
    SDVariable bias = new RelativePositionBias(CONFIG, parameters, "bias").bias();
    INDArray table = graph.getArrForVarName("bias.relative_position_bias_table");
    for (long i = 0; i < table.length(); i++) {
      table.putScalar(i, (double) i);
    }
    return bias;
  }
}
