package dev.mto.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.pytorch.global.torch.tensor;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorFileTest {

  @Test
  void readsWhatItWrote(@TempDir Path folder) throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("b", tensor(1f, 2f, 3f, 4f, 5f, 6f).view(2, 3));
    tensors.put("a", tensor(7f, 8f, 9f, 10f).view(2, 2).transpose(0, 1));

    TensorFile.write(folder.resolve("two"), tensors);
    Map<String, Tensor> read = TensorFile.read(folder.resolve("two"));

    assertThat(read.keySet()).containsExactly("b", "a");
    tensors.forEach((name, tensor) -> assertThat(read.get(name).equal(tensor)).isTrue());
  }
}
