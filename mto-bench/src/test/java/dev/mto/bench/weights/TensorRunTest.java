package dev.mto.bench.weights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.models.weights.TensorInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

class TensorRunTest {
  private static final TensorInfo VECTOR = new TensorInfo(DataType.FLOAT, List.of(4L));
  private static final TensorInfo LONGER = new TensorInfo(DataType.FLOAT, List.of(5L));

  @Test
  void joinsBlocksAndNamesTheGaps() {
    assertThat(joined("norm.bias", "blocks.0.a", "blocks.1.a", "blocks.2.a", "blocks.5.a"))
        .containsExactly(
            new TensorRun("norm.bias", VECTOR, 1), new TensorRun("blocks.{0-2,5}.a", VECTOR, 4));
  }

  @Test
  void keepsOneBlockAsItIs() {
    assertThat(joined("blocks.3.a")).containsExactly(new TensorRun("blocks.3.a", VECTOR, 1));
  }

  @Test
  void keepsOtherShapesApart() {
    Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    tensors.put("blocks.0.a", VECTOR);
    tensors.put("blocks.1.a", LONGER);

    assertThat(TensorRun.joined(tensors))
        .containsExactly(
            new TensorRun("blocks.0.a", VECTOR, 1), new TensorRun("blocks.1.a", LONGER, 1));
  }

  private static List<TensorRun> joined(String... names) {
    Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    for (String name : names) {
      tensors.put(name, VECTOR);
    }
    return TensorRun.joined(tensors);
  }
}
