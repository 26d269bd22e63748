package dev.mto.executor.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mto.executor.kernels.FusedAttention.Heads;
import dev.mto.executor.kernels.FusedAttention.Operands;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Attention in one kernel where its result is known without arithmetic. */
class AttentionKernelTest extends KernelTest {
  private static final int TOKENS = 35;
  private static final int HEADS = 2;
  private static final int WIDTH = 3;

  private FusedAttention attention;
  private Tensor out;
  private Tensor logSums;

  @BeforeEach
  void find() {
    assumeTrue(kernels.fusedAttention().isPresent(), "products and softmax one by one");
    attention = kernels.fusedAttention().orElseThrow();
    out = unwritten(1, TOKENS, HEADS, WIDTH);
    logSums = unwritten(1, TOKENS, HEADS);
  }

  /** Queries, keys or values of an image. */
  private Tensor tokens(float element) {
    float[] elements = new float[TOKENS * HEADS * WIDTH];
    Arrays.fill(elements, element);
    return tensor(elements, 1, TOKENS, 1, HEADS, WIDTH);
  }

  /** Values that are the numbers of their tokens. */
  private Tensor counted() {
    float[] elements = new float[TOKENS * HEADS * WIDTH];
    for (int token = 0; token < TOKENS; token++) {
      Arrays.fill(elements, token * HEADS * WIDTH, (token + 1) * HEADS * WIDTH, token);
    }
    return tensor(elements, 1, TOKENS, 1, HEADS, WIDTH);
  }

  private void run(Tensor query, Tensor key, Tensor value, Tensor bias) {
    Operands operands =
        new Operands(new Heads(query, 0), new Heads(key, 0), new Heads(value, 0), bias);
    attention.forward(operands, 0.5f, out, logSums).run();
  }

  @Test
  void keysThatAreAlikeGiveTheMeanOfValues() {
    run(gaussian(1, 1, TOKENS, 1, HEADS, WIDTH), tokens(0), counted(), null);

    assertClose(out, filled(out, (TOKENS - 1) / 2.0), 1e-6);
    assertClose(logSums, filled(logSums, Math.log(TOKENS)), 1e-6);
  }

  @Test
  void aBiasThatIsLargeChoosesItsKeyForEachQueryAndHead() {
    float[] bias = new float[HEADS * TOKENS * TOKENS];
    double[] expected = new double[TOKENS * HEADS * WIDTH];
    for (int head = 0; head < HEADS; head++) {
      for (int query = 0; query < TOKENS; query++) {
        int chosen = (7 * query + 11 * head) % TOKENS;
        bias[(head * TOKENS + query) * TOKENS + chosen] = 3000;
        int at = (query * HEADS + head) * WIDTH;
        Arrays.fill(expected, at, at + WIDTH, chosen);
      }
    }
    run(tokens(1), tokens(1), counted(), tensor(bias, HEADS, TOKENS, TOKENS));

    assertClose(out, expected, 0);
    assertClose(logSums, filled(logSums, 3000 + 0.5 * WIDTH), 1e-6);
  }

  @Test
  void whatIsNoNumberIsNotLost() {
    float[] keys = new float[TOKENS * HEADS * WIDTH];
    keys[(TOKENS - 1) * HEADS * WIDTH] = Float.NaN; // of the first head

    run(tokens(1), tensor(keys, 1, TOKENS, 1, HEADS, WIDTH), tokens(1), null);

    float[] found = elements(out);
    for (int i = 0; i < found.length; i++) {
      assertThat(Float.isNaN(found[i])).as("element " + i).isEqualTo(i / WIDTH % HEADS == 0);
    }
  }

  private static double[] filled(Tensor like, double element) {
    double[] filled = new double[(int) like.length()];
    Arrays.fill(filled, element);
    return filled;
  }
}
