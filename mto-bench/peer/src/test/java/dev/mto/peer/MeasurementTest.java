package dev.mto.peer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class MeasurementTest {

  @Test
  void writesMedianAndMinimumAsOneJsonLine() throws IOException {
    String json = Measurement.of(new double[] {30, 10, 20, 60}, 0.5).json("2.7.1", "openblas", 2);

    JsonNode node = new ObjectMapper().readTree(json);
    assertThat(json).doesNotContain("\n");
    assertThat(node.get("milliseconds_median").asDouble()).isEqualTo(25);
    assertThat(node.get("milliseconds_min").asDouble()).isEqualTo(10);
    assertThat(node.get("loss").asDouble()).isEqualTo(0.5);
    assertThat(node.get("blas").asText()).isEqualTo("openblas");
    assertThat(node.get("threads").asInt()).isEqualTo(2);
  }
}
