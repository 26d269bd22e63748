package dev.mto.peer;

import static org.bytedeco.pytorch.global.torch.TORCH_VERSION;
import static org.bytedeco.pytorch.global.torch.get_num_threads;
import static org.bytedeco.pytorch.global.torch.mm;
import static org.bytedeco.pytorch.global.torch.randn;
import static org.bytedeco.pytorch.global.torch.set_num_threads;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Makes training steps on command: reads a command a line from standard input and answers with one
 * line of JSON, until the input ends.
 *
 * <ul>
 *   <li>{@code mto on}, {@code mto off}: whether the losses of Masked Token Optimization are added
 *       from now on
 *   <li>{@code steps N}: one step to warm up and N more; {@code ms}, their times
 *   <li>{@code gradients FILE}: {@code loss}; the gradients go to the file, the weights stay
 *   <li>{@code products N}: {@code float32_gflops} and {@code bfloat16_gflops}, the rates of the
 *       fastest of N products of matrices of 2048 x 2048
 *   <li>{@code memory}: {@code peak_mb}, the most memory that was resident
 * </ul>
 */
public final class PeerProcess {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long SIDE = 2048;

  private final TrainingStep step;
  private boolean mto;

  private PeerProcess(PeerCase options, Map<String, Tensor> inputs) {
    Tensor images = inputs.remove("images");
    PatchMask mask = PatchMask.of(inputs.remove("mask"), ScalarType.Float);
    step = new TrainingStep(options, new Weights(inputs), images, mask);
  }

  /**
   * Serves commands.
   *
   * @param arguments the case as JSON, and a safetensors file of the weights, {@code images} [B, 3,
   *     S, S] and {@code mask} [B, N]
   */
  public static void main(String[] arguments) throws IOException {
    String blas = Blas.load(); // before libtorch
    set_num_threads(threads());
    PeerProcess process =
        new PeerProcess(
            PeerCase.read(Path.of(arguments[0])), TensorFile.read(Path.of(arguments[1])));
    answer(
        JSON.createObjectNode()
            .put("version", TORCH_VERSION)
            .put("blas", blas)
            .put("threads", get_num_threads()));
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      int space = line.indexOf(' ');
      answer(
          space < 0
              ? process.execute(line, "")
              : process.execute(line.substring(0, space), line.substring(space + 1)));
    }
  }

  private static int threads() {
    String asked = System.getenv("OMP_NUM_THREADS");
    return asked == null ? Runtime.getRuntime().availableProcessors() : Integer.parseInt(asked);
  }

  private static void answer(ObjectNode answer) {
    System.out.println(answer);
    System.out.flush();
  }

  private ObjectNode execute(String command, String argument) throws IOException {
    ObjectNode answer = JSON.createObjectNode();
    switch (command) {
      case "mto" -> mto = argument.equals("on");
      case "steps" -> time(Integer.parseInt(argument), answer.putArray("ms"));
      case "gradients" -> answer.put("loss", gradients(Path.of(argument)));
      case "products" -> {
        int count = Integer.parseInt(argument);
        answer
            .put("float32_gflops", fastestProduct(ScalarType.Float, count))
            .put("bfloat16_gflops", fastestProduct(ScalarType.BFloat16, count));
      }
      case "memory" -> answer.put("peak_mb", PeakMemory.mebibytes());
      default -> answer.put("error", "there is no command '" + command + "'");
    }
    return answer;
  }

  private void time(int steps, ArrayNode milliseconds) {
    step.run(mto);
    for (int i = 0; i < steps; i++) {
      long start = System.nanoTime();
      step.run(mto);
      milliseconds.add((System.nanoTime() - start) / 1e6);
    }
  }

  @SuppressWarnings("try") // the scope frees the matrices
  private static double fastestProduct(ScalarType type, int count) {
    double best = 0;
    try (PointerScope scope = new PointerScope()) {
      Tensor a = randn(SIDE, SIDE).to(type);
      Tensor b = randn(SIDE, SIDE).to(type);
      for (int i = 0; i < count; i++) {
        long start = System.nanoTime();
        mm(a, b);
        best = Math.max(best, 2.0 * SIDE * SIDE * SIDE / (System.nanoTime() - start));
      }
    }
    return best;
  }

  private double gradients(Path file) {
    return step.gradients(
        mto,
        gradients -> {
          try {
            TensorFile.write(file, gradients);
          } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be written", e);
          }
        });
  }
}
