package dev.mto.bootmae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mto.models.VitConfig;
import java.util.List;
import org.junit.jupiter.api.Test;

class FlopsTest {
  /** Multiply-adds of one block on every part, added up by hand, twice. */
  @Test
  void countsEveryMatrixProduct() {
    // 2x2 patches of 12 values, D = 8, E = 4, one head; 2 patches and a class token are visible
    VitConfig vit = new VitConfig(3, 4, 4, 2, 8, 1, 1, 4, 0, 0);
    BootMaeOptions options =
        new BootMaeOptions(4, 1, List.of(0, -1), 1, 1, 1, true, 1, List.of(0.999), List.of());

    double embedding = 4 * 12 * 8;
    double encoder = embedding + 3 * (12 * 8 * 8) + 2 * 3 * 3 * 8;
    double teacher = embedding + 5 * (12 * 8 * 8) + 2 * 5 * 5 * 8;
    double down = 3 * 8 * (4 + 8);
    double pixel = 5 * (12 * 4 * 4) + 2 * 5 * 5 * 4 + 5 * 2 * 4 * 4 + 3 * 2 * 8 * 4 + 2 * 5 * 3 * 4;
    double feature =
        5 * (12 * 8 * 8) + 2 * 5 * 5 * 8 + 5 * 2 * 8 * 8 + 3 * 2 * 8 * 8 + 2 * 5 * 3 * 8;
    double heads = 4 * (4 * 12 + 8 * 8);
    double multiplyAdds = encoder + teacher / 3 + down + pixel + feature + heads;

    assertThat(Flops.forward(vit, options, 2)).isCloseTo(2 * multiplyAdds, within(1e-6));
  }
}
